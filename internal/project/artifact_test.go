package project

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func showArtifact(a *Artifact) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s:%d", a.Kind, a.Path, a.Line)
	for _, f := range [][2]string{{"name", a.Name}, {"resource", a.Resource}, {"dir", a.Dir}, {"user", a.User}, {"restart", a.Restart}} {
		if f[1] != "" {
			fmt.Fprintf(&b, " %s=%s", f[0], f[1])
		}
	}
	if a.Public {
		b.WriteString(" public")
	}
	if a.Replicas > 0 {
		fmt.Fprintf(&b, " replicas=%d", a.Replicas)
	}
	if len(a.Ports) > 0 {
		fmt.Fprintf(&b, " ports=%q", a.Ports)
	}
	if len(a.Needs) > 0 {
		fmt.Fprintf(&b, " needs=%q", a.Needs)
	}
	b.WriteByte('\n')
	for _, i := range a.Images {
		fmt.Fprintf(&b, "  image %d %s tag=%s digest=%s stage=%s\n", i.Line, i.Name, i.Tag, i.Digest, i.Stage)
	}
	if a.Build != nil {
		fmt.Fprintf(&b, "  build %d %s %s %s\n", a.Build.Line, a.Build.Context, a.Build.Dockerfile, a.Build.Target)
	}
	for _, r := range a.Builds {
		fmt.Fprintf(&b, "  step %d %s\n", r.Line, showInvocation(r))
	}
	for _, c := range a.Copies {
		fmt.Fprintf(&b, "  copy %d %q to %s from=%s\n", c.Line, c.From, c.To, c.Stage)
	}
	for _, r := range a.Runs {
		fmt.Fprintf(&b, "  run %d %s\n", r.Line, showInvocation(r))
	}
	for _, s := range a.Schedules {
		fmt.Fprintf(&b, "  schedule %d %s %s\n", s.Line, s.Text, s.Timezone)
	}
	for _, list := range []struct {
		what string
		vars []EnvVar
	}{{"env", a.Env}, {"envall", a.EnvAll}, {"secret", a.Secrets}} {
		for _, e := range list.vars {
			fmt.Fprintf(&b, "  %s %d %s=%s %s\n", list.what, e.Line, e.Name, e.Value, e.From)
		}
	}
	for _, f := range a.EnvFiles {
		fmt.Fprintf(&b, "  envfile %d %s\n", f.Line, f.Path)
	}
	for _, p := range a.Probes {
		fmt.Fprintf(&b, "  probe %d %s %s\n", p.Line, p.Kind, p.Target)
	}
	for _, k := range slices.Sorted(maps.Keys(a.Limits)) {
		fmt.Fprintf(&b, "  limit %d %s %s\n", a.Limits[k].Line, k, a.Limits[k].Value)
	}
	if w := a.Workflow; w != nil {
		fmt.Fprintf(&b, "  workflow triggers=%q permissions=%v@%d environment=%s\n", w.Triggers, w.Permissions, w.PermissionsLine, w.Environment)
		for _, u := range w.Uses {
			fmt.Fprintf(&b, "  uses %d %s@%s pinned=%v\n", u.Line, u.Action, u.Ref, u.Pinned())
		}
		for _, e := range w.Expressions {
			fmt.Fprintf(&b, "  expression %d %s\n", e.Line, e.Text)
		}
	}
	for _, p := range a.Problems {
		fmt.Fprintf(&b, "  problem %d %s\n", p.Line, p.Message)
	}
	// Trailing blanks would be lost in editors, and with them the golden.
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func TestArtifacts(t *testing.T) {
	golden(t, "testdata/artifacts/*.txtar", func(files map[string][]byte, names []string) string {
		read := func(p string) ([]byte, error) {
			if text, ok := files[p]; ok {
				return text, nil
			}
			return nil, fmt.Errorf("absent")
		}
		var wanted []string
		for _, n := range names {
			if Wanted(n) {
				wanted = append(wanted, n)
			}
		}
		var b strings.Builder
		p := scan(context.Background(), wanted, read, 2)
		for i := range p.Artifacts {
			b.WriteString(showArtifact(&p.Artifacts[i]))
		}
		for _, problem := range p.Problems {
			fmt.Fprintf(&b, "problem %s %s\n", problem.Path, problem.Message)
		}
		return b.String()
	})
}

func TestWanted(t *testing.T) {
	for file, want := range map[string]bool{
		"Dockerfile": true, "docker/api.Dockerfile": true, "Dockerfile.dev": true, "Dockerfile.dockerignore": false, "docker-compose.prod.yml": true, "compose.yaml": true,
		"Procfile": true, "deploy/api.service": true, "deploy/api.timer": true, "ops/crontab": true, ".github/workflows/ci.yml": true, ".github/dependabot.yml": false,
		".gitlab-ci.yml": true, "deploy/supervisor/app.conf": true, "nginx.conf": false, ".env": true, ".env.example": true, ".envrc": false, "Makefile": true, "start.sh": true,
		"k8s/deploy.yaml": true, "tests/data/deploy.yaml": false, "uv.lock": true, "requirements/dev.txt": true, "notes.txt": false, "README.md": false, "pyproject.toml": true,
		"Cargo.toml": false, "app.js": false, "chart/Chart.yaml": true, "LICENSE": false, "data.csv": false, ".pre-commit-config.yaml": true, "tox.ini": true,
	} {
		if got := Wanted(file); got != want {
			t.Errorf("Wanted(%s) = %v", file, got)
		}
	}
}

func TestScanIsTheSameAtAnyParallelism(t *testing.T) {
	var paths []string
	for i := range 40 {
		paths = append(paths, fmt.Sprintf("s%02d/Procfile", i), fmt.Sprintf("s%02d/requirements.txt", i), fmt.Sprintf("s%02d/uv.lock", i))
	}
	read := func(p string) ([]byte, error) {
		switch baseOf(p) {
		case "Procfile":
			return []byte("web: gunicorn a:b\nworker: celery -A p worker\n"), nil
		case "uv.lock":
			return []byte("[[package]]\nname = 'a'\nversion = '1'\n"), nil
		}
		return []byte("flask\n-r ../s00/requirements.txt\n"), nil
	}
	want := fmt.Sprint(*scan(t.Context(), paths, read, 1))
	for _, workers := range []int{2, 8} {
		slices.Reverse(paths)
		if got := fmt.Sprint(*scan(t.Context(), paths, read, workers)); got != want {
			t.Errorf("%d workers give another result", workers)
		}
	}
}

func TestOversizedArtifact(t *testing.T) {
	p := scan(t.Context(), []string{"Makefile", "uv.lock"}, func(string) ([]byte, error) { return make([]byte, maxArtifact+1), nil }, 1)
	if len(p.Problems) != 1 || p.Problems[0].Path != "Makefile" || !strings.Contains(p.Problems[0].Message, "larger than 5 MiB") {
		t.Errorf("problems = %v", p.Problems)
	}
}

func TestArtifactSource(t *testing.T) {
	a := ParseArtifact("svc/Dockerfile", []byte("FROM python AS b\nCOPY x /app/x\nFROM python\nWORKDIR /app\nCOPY . .\nCOPY main.py conf/*.toml ./\nCOPY tools/run.py /usr/bin/run\nCOPY --from=b /w /app/w\nCOPY src /app/lib\n"))
	files := map[string]bool{"svc/main.py": true, "svc/pkg/a.py": true, "svc/tools/run.py": true, "svc/src/m.py": true, "svc/conf/a.toml": true, "svc/lib/old.py": true}
	last := a[len(a)-1]
	for in, want := range map[string]string{"main.py": "svc/main.py", "/app/pkg/a.py": "svc/pkg/a.py", "/usr/bin/run": "svc/tools/run.py", "lib/m.py": "svc/src/m.py",
		"a.toml": "svc/conf/a.toml", "gone.py": "", "/app/lib/old.py": "svc/lib/old.py", "/app/w": ""} {
		if got, _ := last.Source(in, "svc", func(f string) bool { return files[f] }); got != want {
			t.Errorf("Source(%s) = %s, want %s", in, got, want)
		}
	}
}

// What nests or repeats without end must neither crash nor take long.
func TestHostileArtifacts(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	texts := map[string]string{
		"nested flow": strings.Repeat("[", 1<<16), "nested map": strings.Repeat("{a: ", 1<<16), "nested block": nestedBlock(3000), "bomb": bomb + "jobs: *j\nservices: *j\nscript: *j\n",
		"self": "services: &s\n  a: *s\n", "merge": "services:\n  a: &a\n    <<: *a\n    command: x\n", "binary": "\x00\xff\xfe\x80" + strings.Repeat("\x01", 1000),
		"toml": "a = " + strings.Repeat("[", 1<<16), "toml keys": strings.Repeat("a.", 1<<16) + "b = 1", "strings": strings.Repeat(`"""`, 1<<16), "brackets": strings.Repeat("setup([", 1<<16),
		"python": "A = " + strings.Repeat("[", 1<<16) + "\nsetup(install_requires=A)", "ands": strings.Repeat("a && ", 1<<16), "long": "FROM " + strings.Repeat("x", 1<<16),
		"continued": strings.Repeat("RUN x \\\n", 1<<15), "vars": strings.Repeat("A=$(A)$(A)$(A)\n", 1000) + "t:\n\t$(A)\n", "doubling": doubling(), "heredoc": "FROM x\nRUN <<EOF\n" + strings.Repeat("(", 1<<15),
	}
	names := []string{"Dockerfile", "compose.yml", "Procfile", "a.service", "a.timer", "crontab", ".github/workflows/a.yml", ".gitlab-ci.yml", "supervisord.conf",
		".pre-commit-config.yaml", "tox.ini", "Makefile", ".env.example", "a.sh", "k8s.yaml", "pyproject.toml", "setup.py", "setup.cfg", "environment.yml", "uv.lock", "Pipfile.lock", "requirements.txt"}
	for what, text := range texts {
		for _, name := range names {
			body := text
			if name == "k8s.yaml" {
				body = "apiVersion: v1\nkind: Pod\n---\n" + text
			}
			start := time.Now()
			p := scan(t.Context(), []string{name}, func(string) ([]byte, error) { return []byte(body), nil }, 1)
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%s in %s took %v", what, name, took)
			} else if took > 100*time.Millisecond {
				t.Logf("%s in %s took %v", what, name, took)
			}
			for _, problem := range p.AllProblems() {
				if strings.HasPrefix(problem.Message, "internal error") {
					t.Errorf("%s in %s: %s", what, name, problem.Message)
				}
			}
		}
	}
}

func nestedBlock(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func doubling() string {
	var b strings.Builder
	b.WriteString("A0=xxxxxxxxxxxxxxxx\n")
	for i := range 60 {
		fmt.Fprintf(&b, "A%d=$(A%d)$(A%d)\n", i+1, i, i)
	}
	return b.String() + "t:\n\tpython $(A60)\n"
}

func FuzzArtifact(f *testing.F) {
	for name, text := range map[string]string{
		"Dockerfile":              "ARG V=3\nFROM python:$V AS a\nENV A=1 B=${A:-x}\nRUN <<EOF\npip install x\nEOF\nFROM a\nENTRYPOINT [\"./run.sh\"]\nCMD [\"gunicorn\", \"a:b\"]\nHEALTHCHECK CMD x\n",
		"compose.yml":             "x: &e {A: 1}\nservices:\n  a:\n    image: x:1@sha256:0\n    command: [python, a.py]\n    environment: {<<: *e}\n    ports: ['1:2']\n",
		"Procfile":                "web: gunicorn a:b",
		"a.service":               "[Service]\nExecStart=-/usr/bin/python a.py \\\n --x\nEnvironment=\"A=b c\" D=e\n",
		"crontab":                 "CRON_TZ=UTC\n*/5 * * * * cd x && python a.py % in\n@daily b\n",
		".github/workflows/a.yml": "on: {schedule: [{cron: '0 0 * * *'}]}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: python ${{ github.event.x }}\n      - uses: a/b@v1\n",
		".gitlab-ci.yml":          "a:\n  script:\n    - [python a.py, [b]]\n",
		"k8s.yaml":                "apiVersion: batch/v1\nkind: CronJob\nspec: {schedule: '* * * * *', jobTemplate: {spec: {template: {spec: {containers: [{command: [python, a.py]}]}}}}}\n",
		"Makefile":                "P = python\nrun: x\n\t@$(P) a.py \\\n\t  --x\n",
		"supervisord.conf":        "[program:a]\ncommand=python a.py\nenvironment=A=\"1\",B=2\n",
		".env.example":            "# A=\nexport B=c\n",
		"tox.ini":                 "[testenv:a]\ncommands =\n  py312: pytest\nsetenv =\n  A=b\n",
		".pre-commit-config.yaml": "repos: [{repo: local, hooks: [{id: a, entry: python a.py}]}]\n",
		"a.sh":                    "set -e\nexec python -m a \"$@\"\n",
		"a.timer":                 "[Timer]\nOnCalendar=daily\n",
	} {
		f.Add(name, []byte(text))
	}
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		for _, a := range ParseArtifact(name, text) {
			noInternal(t, a.Problems)
			if a.Line < 1 || a.Path != name {
				t.Fatalf("artifact at %s:%d", a.Path, a.Line)
			}
		}
	})
}
