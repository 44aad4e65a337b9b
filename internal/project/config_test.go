package project

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const fullConfig = `
[check]
exclude = ["/vendor/", "*_pb2.py"]
src = ["backend/src"]
python = "3.11"

[work.api]
path = "services/api"
kind = "service"
tier = "customer-facing"
owner = "team-api"
entry = "app.main:app"

[rules]
disable = ["RW300"]
effect-at-import = "note"
RW101 = { internal = "off", severity = "error", limit = 3 }

[[waiver]]
rule = "RW101"
path = "legacy/"
owner = "ada"
reason = "goes away in May"
expires = 2027-05-31

[contracts.domain]
modules = ["acme.domain.**"]
may-not = ["net", "db.write"]

[job.sync]
command = ["python", "-m", "acme.sync"]
schedule = "*/15 6-20 * * mon-fri"
timezone = "UTC"
missed = "once"
retries = 0
backoff = "exponential 10s max 10m"
timeout = "1h30m"
memory = "1.5GB"
rate-limit = "100/1m"
env = { REGION = "eu" }

[job.mail]
entry = "acme.mail:send"
depends-on = ["sync"]

[bench.orders]
command = "python bench.py"
gate = 2
`

var testRules = ConfigOptions{Rules: map[string][]string{"RW101": {"limit"}, "effect-at-import": nil, "RW300": nil}}

func TestParseConfig(t *testing.T) {
	c, err := ParseConfig([]byte(fullConfig), "roadworthy.toml", testRules)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Work[0]; got.Name != "api" || got.Tier != CustomerFacing || got.Kind != KindService || got.Line != 7 || got.Keys["tier"] != 10 {
		t.Errorf("work = %+v", got)
	}
	if got := c.Rules.Overrides; len(got) != 2 || got[0].Severity != diag.Note || !got[0].All || got[1].Tiers[Internal] != diag.Off ||
		got[1].Severity != diag.Error || got[1].Options["limit"] != int64(3) {
		t.Errorf("rules = %+v", got)
	}
	if got := c.Waivers[0]; !got.Expires.Equal(time.Date(2027, 5, 31, 0, 0, 0, 0, time.UTC)) || got.Line != 19 {
		t.Errorf("waiver = %+v", got)
	}
	if c.Jobs[0].Name != "mail" || c.Jobs[1].Name != "sync" {
		t.Fatalf("jobs are not in the order of names: %+v", c.Jobs)
	}
	j := c.Jobs[1]
	if j.Backoff != (Backoff{"exponential", 10 * time.Second, 10 * time.Minute}) || j.Timeout != 90*time.Minute || j.Memory != 3<<29 ||
		j.RateLimit != (Rate{100, time.Minute}) || !j.Keys.Has("retries") || j.Env["REGION"] != "eu" || j.Missed != "once" {
		t.Errorf("job = %+v", j)
	}
	if b := c.Benches[0]; b.Shell != "python bench.py" || b.Gate != 2 {
		t.Errorf("bench = %+v", b)
	}
}

func TestConfigFaults(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"[chek]\nexclude = []", "roadworthy.toml:1: unknown key chek (did you mean check?)"},
		{"[check]\n\nexlude = []", "roadworthy.toml:3: unknown key check.exlude (did you mean exclude?)"},
		{"[job.a]\nentry = 'a:b'\nrate_limit = '1/s'", "roadworthy.toml:3: unknown key job.a.rate_limit (did you mean rate-limit?)"},
		{"[check]\nzzzzzz = 1", "roadworthy.toml:2: unknown key check.zzzzzz (known here: exclude, src, python, tests)"},
		{"[check]\nexclude = 'x'", `roadworthy.toml:2: check.exclude must be a list of text, not "x" (for example exclude = ["/vendor/", "*_pb2.py"])`},
		{"[check]\nexclude = ['x',\n 3]", `roadworthy.toml:3: each entry of check.exclude must be text, not 3 (for example exclude = ["/vendor/", "*_pb2.py"])`},
		{"[check]\npython = 3.11", `roadworthy.toml:2: check.python must be text, not 3.11 (for example python = "3.11")`},
		{"[check]\npython = 'py311'", `roadworthy.toml:2: check.python: "py311" is not a version such as 3.12 (for example python = "3.11")`},
		{"check = 3", "roadworthy.toml:1: check must be a table, not 3"},
		{"[work]\ntier = 'internal'", "roadworthy.toml:2: work.tier must be a table: write [work.a-name] (tier belongs inside a named table)"},
		{"[work.a]\ntier = 'critical'", "roadworthy.toml:2: work.a.tier must be one of experimental, internal, business-critical, customer-facing, not \"critical\""},
		{"[work.a]\nkind = 'servce'", "(did you mean service?)"},
		{"[work.a]", "roadworthy.toml:1: work.a declares nothing (add path, kind, tier, owner or entry)"},
		{"[work.a]\npath = '/etc'", "roadworthy.toml:2: work.a.path: must be a path relative to the configuration"},
		{"[waiver]\nrule = 'RW101'", "roadworthy.toml:1: waiver must be an array of tables, not a table (write [[waiver]], with two brackets)"},
		{"[[waiver]]\nrule = 'RW101'\nwork = 'a'\nowner = 'b'\nreason = 'c'", "roadworthy.toml:1: waiver has no expires (add expires = 2027-03-31)"},
		{"[[waiver]]\nrule = 'RW10'\nwork = 'a'\nowner = 'b'\nreason = 'c'\nexpires = '2027-01-01'", "roadworthy.toml:2: waiver.rule: no rule is named RW10 (did you mean RW101?)"},
		{"[[waiver]]\nrule = 'RW101'\nwork = 'a'\nowner = 'b'\nreason = 'c'\nexpires = 'soon'", "roadworthy.toml:6: waiver.expires must be a date"},
		{"[rules]\neffect-at-imports = 'off'", "roadworthy.toml:2: rules.effect-at-imports: no rule is named effect-at-imports (did you mean effect-at-import?)"},
		{"[rules]\nRW101 = 'fatal'", "roadworthy.toml:2: rules.RW101 must be one of off, note, warning, error, not \"fatal\""},
		{"[rules.RW101]\nlimt = 1", "roadworthy.toml:2: unknown key rules.RW101.limt (did you mean limit?)"},
		{"[contracts.a]\nmodules = ['x']\nmay-not = ['network']", `must be one of net, listen`},
		{"[contracts.a]\nmodules = ['x']", "roadworthy.toml:1: contracts.a must have either may or may-not"},
		{"[job.a]\nowner = 'x'", "roadworthy.toml:1: job.a must have either command or entry"},
		{"[job.a]\nentry = 'a.b'", `roadworthy.toml:2: job.a.entry: "a.b" is not module:function`},
		{"[job.a]\nentry = 'a:b'\nschedule = '61 * * * *'", `roadworthy.toml:3: job.a.schedule: minute field "61": 61 is outside 0 to 59`},
		{"[job.a]\nentry = 'a:b'\nschedule = '@daily'\ntimezone = 'Mars'", `roadworthy.toml:4: job.a.timezone: "Mars" is not a time zone`},
		{"[job.a]\nentry = 'a:b'\nmissed = 'skip'", "roadworthy.toml:3: job.a.missed has no meaning without a schedule"},
		{"[job.a]\nentry = 'a:b'\ntimeout = 30", `roadworthy.toml:3: job.a.timeout must be a duration such as "30s", "5m", "1h30m" or "2d", not 30`},
		{"[job.a]\nentry = 'a:b'\nretries = -1", "roadworthy.toml:3: job.a.retries must be a whole number of at least 0, not -1"},
		{"[job.load]\nentry = 'a:b'\ndepends-on = ['laod', 'load']", "roadworthy.toml:3: job.load depends on itself: load -> load"},
		{"[job.a]\nentry = 'a:b'\ntime_limit = '1m'", "roadworthy.toml:3: unknown key job.a.time_limit"},
		{"[job.a]\nentry = 'a:b'\nretrys = 3", "roadworthy.toml:3: unknown key job.a.retrys (did you mean retries?)"},
		{"[job.a]\nentry = 'a:b'\nadapter = 'huey'", `job.a.adapter must be one of celery, rq, not "huey"`},
		{"[job.a]\nentry = 'a:b'\nrate-limit = 'many'", "roadworthy.toml:3: job.a.rate-limit must be a rate"},
		{"[job.a]\nentry = 'a:b'\npriority = 5", "roadworthy.toml:3: job.a.priority must be from 1 to 4, not 5"},
		{"[job.a]\nentry = 'a:b'\nfailure-rate = 20", "job.a.failure-rate must be a share from 0 to 1, not 20"},
		{"[job.a]\nentry = 'a:b'\nexpect = { synced = 3 }", "roadworthy.toml:3: job.a.expect.synced must be a duration"},
		{"[job.a]\nentry = 'a:b'\nschedule = 'every soon'", `job.a.schedule: "soon" is not a duration`},
		{"[run]\nworker = 3", "roadworthy.toml:2: unknown key run.worker (did you mean workers?)"},
		{"[run]\npatience = 30", "roadworthy.toml:2: run.patience must be a duration"},
		{"[queue.mail]\nconcurency = 3", "roadworthy.toml:2: unknown key queue.mail.concurency (did you mean concurrency?)"},
		{"[bench.a]\ncommand = 'x'\nwarmpup = 3", "unknown key bench.a.warmpup (did you mean warmup?)"},
		{"a = 1\na = 2", "roadworthy.toml:2: a is already defined on line 1"},
		{"[a]\n[a]", "roadworthy.toml:2: a is already defined on line 1"},
		{"x = [1,\n", "roadworthy.toml:"},
		{"[check\n", "roadworthy.toml:1: "},
	} {
		_, err := ParseConfig([]byte(tt.text), "roadworthy.toml", testRules)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q gives\n\t%v\nwant\n\t%s", tt.text, err, tt.want)
		}
	}
}

func TestLoadConfig(t *testing.T) {
	write := func(root string, files map[string]string) {
		for name, text := range files {
			full := filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Run("from a directory above", func(t *testing.T) {
		root := t.TempDir()
		write(root, map[string]string{".git/HEAD": "", "svc/api/a.py": "", "roadworthy.toml": "[check]\nexclude = ['*_pb2.py', '/svc/api/gen/', '/other/x']\nsrc = ['svc/api/src']\n" +
			"[work.api]\npath = 'svc/api'\n[[waiver]]\nrule='x'\npath='other/y'\nowner='a'\nreason='b'\nexpires=2027-01-01"})
		c, err := LoadConfig(filepath.Join(root, "svc", "api"), ConfigOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"*_pb2.py", "/gen/"}, c.Check.Exclude); diff != "" {
			t.Error(diff)
		}
		if c.File != "../../roadworthy.toml" || c.Work[0].Path != "" || c.Check.Source[0] != "src" || !c.Waivers[0].Elsewhere {
			t.Errorf("config = %+v", c)
		}
	})
	t.Run("not beyond the repository", func(t *testing.T) {
		root := t.TempDir()
		write(root, map[string]string{"roadworthy.toml": "bad", "repo/.git/HEAD": ""})
		if c, err := LoadConfig(filepath.Join(root, "repo"), ConfigOptions{}); err != nil || c.File != "" {
			t.Errorf("config = %+v, %v", c, err)
		}
	})
	t.Run("pyproject", func(t *testing.T) {
		root := t.TempDir()
		write(root, map[string]string{"pyproject.toml": "[project]\nname='x'\n[tool.roadworthy.check]\nsrc=['lib']\n", "a.py": ""})
		c, err := LoadConfig(filepath.Join(root, "a.py"), ConfigOptions{})
		if err != nil || c.File != "pyproject.toml" || c.Check.Source[0] != "lib" {
			t.Errorf("config = %+v, %v", c, err)
		}
		write(root, map[string]string{"pyproject.toml": "[tool.roadworthy]\nchekc = 1\n"})
		_, err = LoadConfig(root, ConfigOptions{})
		if want := "pyproject.toml:2: unknown key tool.roadworthy.chekc (did you mean check?)"; err == nil || err.Error() != want {
			t.Errorf("error = %v, want %s", err, want)
		}
		write(root, map[string]string{"roadworthy.toml": ""})
		var es ConfigErrors
		if _, err = LoadConfig(root, ConfigOptions{}); !errors.As(err, &es) || !strings.Contains(err.Error(), "exists as well") {
			t.Errorf("two configurations give %v", err)
		}
	})
	t.Run("a broken pyproject without our section is no error here", func(t *testing.T) {
		root := t.TempDir()
		write(root, map[string]string{"pyproject.toml": "[project\n"})
		if _, err := LoadConfig(root, ConfigOptions{}); err != nil {
			t.Error(err)
		}
	})
}

func TestConfigurationDocument(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "configuration.md")
	want := ConfigurationMarkdown()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/configuration.md is not what the schema says; run go test ./internal/project -update:\n%s", diff)
	}
}

// Every example of the document is one that validation accepts.
func TestConfigurationExamples(t *testing.T) {
	exclusive := map[string]string{"entry": "command", "may": "may-not", "path": "work"}
	for _, s := range schema(&Config{}) {
		d := s.form.describe()
		header := strings.Replace(d.header, "NAME", "example", 1)
		for _, f := range d.fields {
			text := header + "\n"
			for _, g := range d.fields {
				needed := g.required || g.key == "schedule" && (f.key == "timezone" || f.key == "missed" || f.key == "late") || g.key == "per-key" && f.key == "per-key-concurrency" ||
					(g.key == "command" && !withoutCommand(s.key, f.key) && f.key != "adapter" || g.key == "entry" && (f.key == "adapter" || s.key == "bench" && (f.key == "calls" || f.key == "seconds")) || g.key == "may-not" && f.key != "may" || g.key == "work" && s.key == "waiver" && exclusive[f.key] != "work")
				if strings.HasPrefix(f.key, "service.") {
					needed = g.key == "service.command" || g.key == "service.url" || g.key == "service.rate"
				}
				if g.key == f.key || needed {
					key := strings.ReplaceAll(g.key, "RULE", "a-rule")
					text += key + " = " + strings.ReplaceAll(g.example, `["extract"]`, `["other"]`) + "\n"
				}
			}
			if strings.Contains(text, `"other"`) {
				text += "[job.other]\nentry = 'a:b'\n"
			}
			if _, err := ParseConfig([]byte(text), "doc", ConfigOptions{}); err != nil {
				t.Errorf("%s\n%v", text, err)
			}
		}
	}
}

// withoutCommand says which keys stand in the place of a command, or belong to what does.
func withoutCommand(section, key string) bool {
	return key == "entry" || section == "bench" && (key == "calls" || key == "seconds" || key == "service")
}

func TestBenchConfig(t *testing.T) {
	c, err := ParseConfig([]byte(`
[bench.api]
envs = [{ MODE = "a" }, { MODE = "b" }]
price = 1
[bench.api.service]
command = "python -m api"
url = "http://127.0.0.1:8000"
rate = 50
http2 = true
[bench.call]
entry = "a:b"
seconds = 0.5
time = "10m"
revisions = ["main", "HEAD"]
`), "c", ConfigOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Bench{
		{Name: "api", Line: 2, Price: 1, Envs: []map[string]string{{"MODE": "a"}, {"MODE": "b"}},
			Service: &BenchService{Shell: "python -m api", URL: "http://127.0.0.1:8000", Rate: 50, HTTP2: true, Keys: Keys{"command": 6, "url": 7, "rate": 8, "http2": 9}},
			Keys:    Keys{"envs": 3, "price": 4, "service": 5}},
		{Name: "call", Line: 10, Entry: "a:b", Seconds: 0.5, Time: 10 * time.Minute, Revisions: []string{"main", "HEAD"}, Keys: Keys{"entry": 11, "seconds": 12, "time": 13, "revisions": 14}},
	}
	if diff := cmp.Diff(want, c.Benches); diff != "" {
		t.Error(diff)
	}
	const service = "[bench.a.service]\ncommand = 'x'\nurl = 'http://127.0.0.1'\n"
	for _, tt := range []struct{ text, want string }{
		{"[bench.a]\ntime = '10m'", "c:1: bench.a must have one of command, entry and service"},
		{"[bench.a]\ncommand = 'x'\nentry = 'a:b'", "must have one of command, entry and service"},
		{"[bench.a]\ncommand = 'x'\ngate = 200", "c:3: bench.a.gate: 200 is not a percentage below 100"},
		{"[bench.a]\ncommand = 'x'\ntime = 'long'", "c:3: bench.a.time must be a duration"},
		{"[bench.a]\ncommand = 'x'\ncalls = 3", "bench.a.calls has no meaning without entry"},
		{service + "rat = 3", "c:4: unknown key bench.a.service.rat (did you mean rate?)"},
		{service, "bench.a.service has neither rate nor objective"},
		{service + "rate = 1\nscenario = 'a'\nopenapi = 'b'", "c:6: bench.a.service has both scenario and openapi"},
		{service + "rate = 1\nhttp2 = 'yes'", "c:5: bench.a.service.http2 must be true or false"},
		{"[bench.a.service]\nrate = 1", "bench.a.service has no command"},
		{"[bench.a]\ncommand = 'x'\nenvs = [3]", "bench.a.envs must be a table of text"},
	} {
		if _, err := ParseConfig([]byte(tt.text), "c", ConfigOptions{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.want)
		}
	}
}

// What a decorator says is held to the same schema, in Python's spelling.
func TestDecoratedJob(t *testing.T) {
	j, err := DecoratedJob("app.py", 3, "report", []Literal{{"rate_limit", 3, "10/1m"}, {"retries", 3, int64(0)}, {"failure_rate", 4, 0.5},
		{"depends_on", 4, []any{"extract"}}, {"expect", 5, map[string]any{"rows": "1h"}}, {"name", 5, "weekly"}})
	if err != nil {
		t.Fatal(err)
	}
	if j.Name != "weekly" || j.RateLimit != (Rate{10, time.Minute}) || !j.Keys.Has("retries") || j.FailureRate != 0.5 || j.DependsOn[0] != "extract" ||
		j.Expect["rows"] != time.Hour || j.Line != 3 {
		t.Errorf("job = %+v", j)
	}
	for _, tt := range []struct {
		option Literal
		want   string
	}{
		{Literal{"retrys", 4, int64(3)}, "app.py:4: unknown option of @roadworthy.job: retrys (did you mean retries?)"},
		{Literal{"rate_limt", 4, "1/s"}, "did you mean rate_limit?"},
		{Literal{"rate_limit", 4, int64(3)}, `app.py:4: @roadworthy.job option rate_limit must be a rate, not 3 (for example rate_limit = "100/1m")`},
		{Literal{"command", 4, "x"}, "unknown option of @roadworthy.job: command"},
		{Literal{"missed", 4, "once"}, "@roadworthy.job option missed has no meaning without a schedule"},
		{Literal{"tier", 4, "critical"}, "must be one of experimental, internal, business-critical, customer-facing"},
	} {
		if _, err := DecoratedJob("app.py", 3, "report", []Literal{tt.option}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v gives\n\t%v\nwant\n\t%s", tt.option, err, tt.want)
		}
	}
}

func TestSchedule(t *testing.T) {
	for _, tt := range []struct {
		text     string
		shortest time.Duration
	}{
		{"* * * * *", time.Minute},
		{"*/15 * * * *", 15 * time.Minute},
		{"0 6 * * 1-5", 24 * time.Hour},
		{"50 23 * * *", 24 * time.Hour},
		{"0 0,23 * * *", time.Hour},
		{"@weekly", 7 * 24 * time.Hour},
		{"0 0 1 * *", 28 * 24 * time.Hour},
		{"0 0 29 feb *", 0},
		{"0 0 1 * mon", 24 * time.Hour}, // either fits: the 1st may follow a Monday
		{"0 0 31 2 *", 0},
		{"0 0 * * 7", 7 * 24 * time.Hour},
		{"@reboot", 0},
	} {
		s, err := ParseSchedule(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
		} else if got := s.Shortest(); got != tt.shortest {
			t.Errorf("%s: shortest gap %v, want %v", tt.text, got, tt.shortest)
		}
	}
	for _, bad := range []string{"", "* * * *", "60 * * * *", "* * * * mon-sun-x", "5-1 * * * *", "*/0 * * * *", "a * * * *", "@often", "-1 * * * *", "* * 0 * *"} {
		if _, err := ParseSchedule(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"exclude", "src", "python", "tests"}
	for word, want := range map[string]string{"exclud": "exclude", "exlcude": "exclude", "pyhton": "python", "SRC": "src", "test": "tests", "timeout": "", "": ""} {
		if got := nearest(word, known); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(fullConfig))
	f.Add([]byte("a.b.c = 1\n[a.b]\n[[a.d]]\n[a.d.e]\nx = {y = [{}, {z = 07:32:00}]}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseConfig(text, "f", ConfigOptions{})
		if (c == nil) == (err == nil) {
			t.Fatalf("config %v, error %v", c, err)
		}
		var es ConfigErrors
		if err != nil && (!errors.As(err, &es) || es[0].Line < 1) {
			t.Fatalf("error without a line: %v", err)
		}
	})
}

func FuzzSchedule(f *testing.F) {
	f.Add("*/5 0-6,22 1 jan-mar sun")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ParseSchedule(text); err == nil && s.Shortest() < 0 {
			t.Fatal(s)
		}
	})
}
