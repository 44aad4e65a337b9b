package graduate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
	"github.com/roadworthy-dev/roadworthy/internal/graduate/proof"
)

// A Request is what a person asks for.
type Request struct {
	Path      string
	OutDir    string // the project's directory; it must not exist, or be empty
	Name      string // of the project, as in pyproject.toml
	Owner     string
	Tier      string
	Alert     string
	Schedule  string
	Out       []string
	Answers   map[string]string
	NoRun     bool
	Network   bool
	Python    []string
	CellLimit time.Duration
	Level     int // of proof; 0 means all
	Mutants   int
	Progress  func(string)
	// Ask puts a refusal's question to a person; "" when there is nobody.
	Ask func(*Refusal) string
	// Basics gives the project's other files: pyproject.toml, README and so on, by path.
	Basics func(p *Plan, dependencies []string, python string) (map[string]string, error)
	// Format formats the Python files of a directory, when a formatter is there.
	Format func(dir string) error
	// Types says what the type checker has against the sources of a project in a directory; an error when it cannot be asked.
	Types func(dir string) ([]Complaint, error)
}

// A Result is what graduation came to.
type Result struct {
	Plan     *Plan
	Lock     *Lock
	Graded   *oracle.Graded
	Report   *proof.Report
	Files    map[string]string
	Dir      string
	fixtures map[string]json.RawMessage
	Undone   []string     // what was done otherwise because of a proof, for the report
	first    *proof.Split // where the first proof found the difference to begin
	Python   string
	Hints    []string
	Seconds  float64
}

// Open reads the file and finds the order to begin with; a refusal is returned as it is.
func Open(req Request) (*Program, error) {
	raw, err := os.ReadFile(req.Path)
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, fmt.Errorf("read %s: %w", req.Path, err)
	}
	p, r := read(req.Path, raw, req.Answers)
	if r != nil {
		return p, r
	}
	for _, r := range p.commands(req.Answers) {
		if req.Ask != nil && req.Ask(r) == "drop" {
			if req.Answers == nil {
				req.Answers = map[string]string{}
			}
			req.Answers[strings.TrimSuffix(r.Key, "=drop")] = "drop"
			continue
		}
		return p, r
	}
	p.commands(req.Answers)
	return p, nil
}

// Plan decides what graduating would write, and runs nothing. how is what an earlier plan and its proof taught.
func (req Request) Plan(p *Program, ev *Evidence, how Options) (*Plan, *Refusal) {
	how.Name, how.Out, how.Answers = packageName(req.Name), req.Out, req.Answers
	return MakePlan(Analyse(p, ev), how)
}

// write plans the package and makes its files; a second time, when formatting made functions longer than they were planned.
func (req Request) write(res *Result, prog *Program, ev *Evidence, how *Options, g *oracle.Graded) error {
	for {
		plan, r := req.Plan(prog, ev, *how)
		if r != nil {
			return r
		}
		if g != nil {
			plan.Seconds = g.Seconds
		}
		res.Plan = plan
		if err := req.build(res, g); err != nil {
			return err
		}
		if how.Lines != nil {
			return nil
		}
		how.Lines = map[string]int{}
		for _, s := range res.Lock.Spans {
			how.Lines[s.Statement] = s.ToEnd - s.To + 1
		}
		outgrew := plan.outgrew(how.Lines)
		plan.Options.Lines = how.Lines
		if !outgrew && !slices.ContainsFunc(plan.Order, plan.asWritten) {
			return nil
		}
	}
}

// outgrew: a function of several statements is longer than the plan took it for, and longer than it should be.
func (p *Plan) outgrew(lines map[string]int) bool {
	return slices.ContainsFunc(p.Segments, func(s *Segment) bool {
		planned, are := 0, 0
		for _, i := range s.Statements {
			planned += p.lines(i)
			are += lines[p.Statements[i].ID]
		}
		return len(s.Statements) > 1 && are > planned && are > longFunction
	})
}

var notName = regexp.MustCompile(`[^a-z0-9]+`)

// ProjectName is a name made of a file's.
func ProjectName(file string) string {
	base := filepath.Base(file)
	name := strings.Trim(notName.ReplaceAllString(lower(strings.TrimSuffix(base, filepath.Ext(base))), "-"), "-")
	name = strings.TrimLeft(name, "0123456789-")
	if name == "" {
		name = "notebook"
	}
	if len(name) > 40 {
		name = strings.Trim(name[:40], "-")
	}
	return name
}

func packageName(name string) string { return strings.ReplaceAll(name, "-", "_") }

// Run graduates: it runs the original, plans, writes the package into a temporary directory, proves it there, undoes the
// splits that the proof rejects, and puts the result in its place when it is whole.
func Run(ctx context.Context, req Request) (*Result, error) {
	begin := time.Now()
	say := req.Progress
	if say == nil {
		say = func(string) {}
	}
	prog, err := Open(req)
	if err != nil {
		return nil, err
	}
	if prog.owns(packageName(req.Name)) {
		return nil, fmt.Errorf("the package would be called %s, as a module that comes along is: give another name", packageName(req.Name))
	}
	res := &Result{}
	cands := prog.orders()
	switch order := req.Answers["order"]; {
	case order == "counts" && len(cands) > 1:
		cands = cands[1:]
		cands[0].note = "taken: " + cands[0].name + ", as answered"
	case order == "document":
		cands = cands[:1]
	case order != "":
		return nil, fmt.Errorf("the answer order is %q: it must be document or counts, where both can run", order)
	}
	prog.use(likeliest(cands))
	if req.NoRun {
		if err := req.write(res, prog, nil, &Options{}, nil); err != nil {
			return nil, err
		}
		return res, req.place(res)
	}
	run := oracle.Options{Python: req.Python, Network: req.Network, CellLimit: req.CellLimit, Values: true, Fixtures: true}
	if run.CellLimit > 0 {
		run.TotalLimit = 5 * run.CellLimit
	}
	if run.Work, err = os.MkdirTemp("", "graduate-runs-*"); err != nil {
		return nil, fmt.Errorf("make a folder for the runs: %w", err)
	}
	defer os.RemoveAll(run.Work)
	defer oracle.CleanIn(run.Work)
	subject, g, err := req.observe(ctx, prog, cands, run, say)
	if err != nil {
		return nil, err
	}
	res.Graded = g
	res.Python = g.Python
	ev := prog.evidence(g)
	if r := prog.unkept(req.Out, g); r != nil {
		return nil, r
	}
	if !slices.ContainsFunc(g.Observed, func(o oracle.Observation) bool { return g.Stability[o.ID].Comparable() }) {
		return nil, &Refusal{Reason: NothingStable, Message: "nothing that the notebook shows, writes or computes comes out the same when it is run again",
			Question: "Which names hold its results? Give --out NAME, and seed what is random."}
	}
	var how Options
	unname := prog.nameVersions(Analyse(prog, ev))
	for round := 0; ; round++ {
		say("writing the package")
		if err := req.write(res, prog, ev, &how, g); err != nil {
			return nil, err
		}
		temporary, err := os.MkdirTemp("", "graduate-*")
		if err != nil {
			return nil, fmt.Errorf("make a directory for the package: %w", err)
		}
		err = writeFiles(temporary, res.Files)
		if err == nil {
			res.Report, err = req.prove(ctx, res, subject, temporary, run, say)
		}
		os.RemoveAll(temporary)
		if err != nil {
			return nil, fmt.Errorf("prove the package: %w", err)
		}
		if d := res.rejected(); unname != nil && d != "" {
			unname()
			unname, how = nil, Options{}
			res.Undone = append(res.Undone, "the versions of a function keep their name: "+d)
			say(res.Undone[len(res.Undone)-1])
			continue
		}
		again, done := res.bisect(&how, round)
		if done {
			break
		}
		res.Undone = append(res.Undone, again)
		say(again)
	}
	if err := req.setAside(ctx, res, subject, run); err != nil {
		return nil, err
	}
	res.Lock.Proof = nil
	for n, level := range res.Report.Levels {
		res.Lock.Proof = append(res.Lock.Proof, LockLevel{n, string(level.State), level.Detail})
	}
	if l := res.Report.Levels; l[1].State == proof.Failed || l[2].State == proof.Failed || l[3].State == proof.Failed || l[4].State == proof.Failed {
		if d := res.firstDifference(); d != "" {
			return res, &Refusal{Reason: ResultDiffers, Message: "the package does not compute the same: " + d,
				Question: "Is the difference meant? Then take the output out with --out."}
		}
	}
	say("writing tests")
	res.fixtures = res.Plan.captures(res.Lock, g)
	req.tests(res, res.fixtures, g)
	temporary, err := os.MkdirTemp("", "graduate-*")
	if err != nil {
		return nil, fmt.Errorf("make a directory for the package: %w", err)
	}
	defer os.RemoveAll(temporary)
	if err := writeFiles(temporary, res.Files); err != nil {
		return nil, err
	}
	if err := req.endToEnd(ctx, res, subject, req.packageOf(res, subject, temporary), run); err != nil {
		return nil, err
	}
	if res.Files["tests/conftest.py"] == "" {
		delete(res.Files, "tests/test_contracts.py")
	} else {
		res.Files["tests/values.py"] = valuesPy
	}
	res.Seconds = time.Since(begin).Seconds()
	res.finishFiles(req)
	return res, req.place(res)
}

// observe runs the original in the first order that reaches its end.
func (req Request) observe(ctx context.Context, prog *Program, cands []candidate, run oracle.Options, say func(string)) (oracle.Program, *oracle.Graded, error) {
	abs, err := filepath.Abs(req.Path)
	if err != nil {
		return oracle.Program{}, nil, err
	}
	dir := filepath.Dir(abs)
	var refusal *Refusal
	roots := []string{dir}
	if repo := repository(dir); repo != "" && repo != dir {
		roots = append(roots, repo)
	}
	if up := prog.reachesUp(); up > 0 {
		if len(roots) > 1 {
			roots = roots[1:]
		} else if above := ancestor(dir, up); above != "" {
			roots = []string{above}
		}
	}
	for at, c := range cands {
		prog.use(c)
		known := Analyse(prog, nil)
		for n, root := range roots {
			rel, err := filepath.Rel(root, dir)
			if err != nil {
				return oracle.Program{}, nil, err
			}
			if rel == "." {
				rel = ""
			}
			subject := prog.oracleProgram(root, filepath.ToSlash(rel), prog.Order)
			subject.Answers = known.spoken(req.Answers)
			if subject.Argv, err = arguments(req.Answers["argv"]); err != nil {
				return oracle.Program{}, nil, fmt.Errorf("read the answer argv: %w", err)
			}
			for _, key := range sortedKeys(req.Answers) {
				if name, ok := strings.CutPrefix(key, "env:"); ok {
					subject.Env = append(subject.Env, name+"="+req.Answers[key])
				}
			}
			if rel != "" {
				subject.Path = helperPaths(root)
			}
			o := run
			o.Progress = func(cell string, index, of int) {
				say(fmt.Sprintf("running the notebook, cell %d of %d", index+1, of))
			}
			say("running the notebook")
			g, err := oracle.Grade(ctx, subject, o)
			for err == nil && g.Status == oracle.Raised && known.refusalOf(g.Trace, req.Answers).Reason == APIDrift && known.takesAsMeant(g.Error) {
				subject.Cells = prog.oracleProgram(root, filepath.ToSlash(rel), prog.Order).Cells
				say("running the notebook, in which an error is taken as meant")
				g, err = oracle.Grade(ctx, subject, o)
			}
			if err != nil {
				return subject, nil, err // it names the file and the operation
			}
			if g.Status == oracle.Complete {
				if at+1 < len(cands) && cands[at+1].rival {
					rival := cands[at+1]
					rival.note = "both orders run; taken: " + rival.name + ", whose text is the one saved with the notebook"
					second := subject
					second.Cells = prog.oracleProgram(root, filepath.ToSlash(rel), rival.order).Cells
					say("running the notebook in " + rival.name)
					t, err := oracle.Run(ctx, second, run)
					if err != nil {
						return subject, nil, err
					}
					if t.Status == oracle.Complete {
						take, r := prog.between(c, rival, g, t)
						if r != nil {
							return subject, nil, r
						}
						if take {
							rival.rival = false
							return req.observe(ctx, prog, []candidate{rival}, run, say)
						}
					}
				}
				return subject, g, nil
			}
			if g.Status == oracle.Unavailable {
				return subject, nil, fmt.Errorf("run %s: no Python interpreter: %s", req.Path, strings.Join(run.Python, " "))
			}
			r := known.refusalOf(g.Trace, req.Answers)
			if refusal == nil || refusal.Reason == GhostName && r.Reason != GhostName || n > 0 && (r.Reason != MissingInput && r.Reason != MissingModule) {
				refusal = r
			}
			if r.Reason != MissingInput && r.Reason != MissingModule {
				break
			}
		}
	}
	return oracle.Program{}, nil, refusal
}

// reachesUp is how many directories above its own the program names.
func (p *Program) reachesUp() (levels int) {
	for _, m := range upwards.FindAllString(string(p.File.Src), -1) {
		levels = max(levels, strings.Count(m, ".."))
	}
	return min(levels, 3)
}

var upwards = regexp.MustCompile(`["'](?:\.\./)*\.\.(?:/|["'])`)

// ancestor is a directory above, unless it is one that holds everything.
func ancestor(dir string, levels int) string {
	for range levels {
		dir = filepath.Dir(dir)
	}
	if home, err := os.UserHomeDir(); err == nil && (dir == home || strings.HasPrefix(home, dir+string(filepath.Separator))) || dir == filepath.Dir(dir) || filepath.Dir(dir) == filepath.Dir(filepath.Dir(dir)) {
		return ""
	}
	return dir
}

// repository is the directory with .git above a directory.
func repository(dir string) string {
	for {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// helperPaths are the folders of a repository that its own packages are imported from.
func helperPaths(root string) []string {
	out := []string{"."}
	if info, err := os.Stat(filepath.Join(root, "src")); err == nil && info.IsDir() {
		out = append(out, "src")
	}
	return out
}

// build makes every file of the project.
func (req Request) build(res *Result, g *oracle.Graded) error {
	p := res.Plan
	modules := p.Emit()
	modules[p.ExploreName()] = string(p.Explore())
	versions := map[string]string{}
	if g != nil {
		versions = g.Modules
	}
	if req.Format != nil {
		formatted, err := formatFiles(modules, p.OwnPaths(), req.Format)
		if err != nil {
			return err
		}
		modules = formatted
	}
	l := p.lock()
	l.Environment = versions
	if g != nil {
		l.Python = g.Python
		l.Conditions = map[string]string{"seed": fmt.Sprint(g.Conditions.Seed), "hash_seed": fmt.Sprint(g.Conditions.HashSeed), "date": g.Conditions.Date}
	}
	raw, err := os.ReadFile(req.Path)
	if err != nil {
		return fmt.Errorf("read %s: %w", req.Path, err)
	}
	l.Source, l.SourceSHA256 = filepath.Base(req.Path), hash(raw)
	files := map[string]string{}
	for name, text := range modules {
		files[name] = p.unmark(l, name, text)
	}
	for _, m := range p.Own {
		for path, text := range m.Files {
			files["src/"+path] = text
		}
	}
	deps := p.Dependencies(files, versions)
	python := ""
	if g != nil {
		python = g.Python
	}
	if req.Basics != nil {
		basics, err := req.Basics(p, deps, python)
		if err != nil {
			return err
		}
		for name, text := range basics {
			if strings.HasSuffix(name, "files.py") && !strings.Contains(strings.Join(slices.Collect(maps.Values(modules)), ""), "import replacing") {
				continue
			}
			if _, ours := files[name]; !ours {
				files[name] = text
			}
		}
	}
	slices.SortFunc(l.Spans, func(a, b LockSpan) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.To - b.To
	})
	res.Lock = l
	res.Files = files
	files["config.toml"] = p.ConfigTOML(req.directory())
	files["roadworthy.toml"] = p.RoadworthyTOML(Job{Name: req.Name, Owner: req.Owner, Tier: req.Tier, Alert: req.Alert, Schedule: req.Schedule})
	req.tests(res, res.fixtures, g)
	res.Files["tests/__init__.py"] = ""
	res.finishFiles(req)
	return nil
}

// directory leads from the project to the folder of the notebook.
func (req Request) directory() string {
	from, err1 := filepath.Abs(req.OutDir)
	to, err2 := filepath.Abs(filepath.Dir(req.Path))
	if err1 != nil || err2 != nil {
		return "."
	}
	rel, err := filepath.Rel(from, to)
	if err != nil {
		return to
	}
	return filepath.ToSlash(rel)
}

// finishFiles writes what depends on the proof: GRADUATION.md and the lock.
func (res *Result) finishFiles(req Request) {
	res.Files["GRADUATION.md"] = res.Markdown(req)
	res.Lock.Hashes = map[string]string{}
	for name, text := range res.Files {
		if name != "graduation.lock" {
			res.Lock.Hashes[name] = hash([]byte(text))
		}
	}
	res.Files["graduation.lock"] = string(res.Lock.Text())
}

// formatFiles formats files where the modules of own stand too, without what they hold: imports are sorted by what stands in src/.
func formatFiles(files map[string]string, own []string, format func(string) error) (map[string]string, error) {
	dir, err := os.MkdirTemp("", "graduate-format-*")
	if err != nil {
		return nil, fmt.Errorf("make a directory to format in: %w", err)
	}
	defer os.RemoveAll(dir)
	beside := map[string]string{}
	for _, name := range own {
		if path.Ext(name) == "" {
			name += "/__init__.py"
		}
		beside["src/"+name] = ""
	}
	if err := writeFiles(dir, beside); err != nil {
		return nil, err
	}
	if err := writeFiles(dir, files); err != nil {
		return nil, err
	}
	if err := format(dir); err != nil {
		return files, nil // the text is whole without it
	}
	out := map[string]string{}
	for name := range files {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, fmt.Errorf("read formatted %s: %w", name, err)
		}
		out[name] = string(text)
	}
	return out, nil
}

func writeFiles(dir string, files map[string]string) error {
	for name, text := range files {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if err := os.WriteFile(to, []byte(text), 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// place puts the whole project where it was asked for, at once.
func (req Request) place(res *Result) error {
	dir := filepath.Clean(req.OutDir)
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s exists and is not empty", req.OutDir)
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", parent, err)
	}
	temporary, err := os.MkdirTemp(parent, ".graduate-*")
	if err != nil {
		return fmt.Errorf("make a directory in %s: %w", parent, err)
	}
	defer os.RemoveAll(temporary)
	if err := os.Chmod(temporary, 0o755); err != nil {
		return fmt.Errorf("write %s: %w", req.OutDir, err)
	}
	if err := writeFiles(temporary, res.Files); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("replace %s: %w", req.OutDir, err)
	}
	if err := os.Rename(temporary, dir); err != nil {
		return fmt.Errorf("write %s: %w", req.OutDir, err)
	}
	res.Dir = dir
	return nil
}
