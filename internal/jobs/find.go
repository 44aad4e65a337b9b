//go:build linux || darwin

package jobs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// Found is what a directory declares.
type Found struct {
	Config *project.Config
	Jobs   []Declaration
}

// Find finds the jobs of a directory: the [job.NAME] tables of its configuration, and every function that the
// whole-program analysis sees registered with roadworthy.job, under whatever name the decorator got there. It asks the same
// analysis which effects of a job a retry would repeat. Nothing of the user's is imported or run. cache is the directory of
// the facts cache, "" for none.
//
// Tables of a configuration in a directory above are jobs of that directory, not of this one.
func Find(ctx context.Context, root, cache string) (*Found, error) {
	t, err := check.Load(ctx, root, check.Options{Cache: cache})
	if err != nil {
		return nil, err
	}
	f := finder{tree: t}
	out := &Found{Config: t.Config}
	if real, err := filepath.EvalSymlinks(t.Root); err == nil && real == t.Config.Dir || t.Config.Dir == "" {
		for i := range t.Config.Jobs {
			out.Jobs = append(out.Jobs, declarationOf(&t.Config.Jobs[i], t.Config.File))
		}
	}
	if f.usesSDK() {
		decorated, err := f.decorated()
		if err != nil {
			return nil, err
		}
		for _, d := range decorated {
			// A table for the very same function replaces what its decorator says.
			if !slices.ContainsFunc(out.Jobs, func(o Declaration) bool {
				return o.Name == d.Name && (o.Entry == d.Entry || o.Entry == f.module(d.Entry))
			}) {
				out.Jobs = append(out.Jobs, d)
			}
		}
	}
	for i := range out.Jobs {
		// The analysis is left out where no job depends on its answer.
		if d := &out.Jobs[i]; d.Retries > 0 && d.Key == "" && d.Entry != "" {
			d.Effects = repeated(f.analyse(), d.Entry)
		}
	}
	return out, nil
}

type finder struct {
	tree     *check.Tree
	analysis *effects.Analysis
	parser   parser.Parser
	parsed   *ast.File // of the file at path: the jobs of a file mostly come together
	path     string
}

func (f *finder) parse(path string) (*ast.File, error) {
	if f.parsed != nil && f.path == path {
		return f.parsed, nil
	}
	raw, err := source.ReadFile(filepath.Join(f.tree.Root, filepath.FromSlash(path)))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	text, _ := source.Decode(raw)
	f.parsed, _ = parser.Parse(&f.parser, text, parser.Options{})
	f.path = path
	return f.parsed, nil
}

func (f *finder) analyse() *effects.Analysis {
	if f.analysis == nil {
		f.analysis = f.tree.Analyse(knowledge.Load())
	}
	return f.analysis
}

// usesSDK says whether any file imports the SDK.
func (f *finder) usesSDK() bool {
	for i := range f.tree.Files {
		ff := f.tree.Files[i].Facts
		for j := range ff.Imports {
			if m := ff.Str(ff.Imports[j].Module); m == "roadworthy" || strings.HasPrefix(m, "roadworthy.") {
				return true
			}
		}
	}
	return false
}

// module writes path/to/file.py:function as module:function.
func (f *finder) module(entry string) string {
	path, function, _ := strings.Cut(entry, ":")
	for i := range f.tree.Files {
		if f.tree.Files[i].Path == path {
			return f.tree.Files[i].Module.Name + ":" + function
		}
	}
	return entry
}

// decorated are the functions that are registered with roadworthy.job, by file and line.
func (f *finder) decorated() ([]Declaration, error) {
	a := f.analyse()
	var out []Declaration
	seen := map[link.Func]bool{}
	for i := range a.Registrations {
		r := &a.Registrations[i]
		if r.Entity == nil || r.Entity.Path != "roadworthy.job" || seen[r.Func] {
			continue
		}
		seen[r.Func] = true
		file, fn := a.FileOf(r.Func), a.Facts(r.Func)
		if file.Test || file.Facts.Notebook != nil || fn.Kind != facts.Function {
			continue
		}
		d, err := f.declared(file, fn, r)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b Declaration) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return out, nil
}

// declared reads one function's options. They have to be literals: what an expression is worth is only known when the
// code runs.
func (f *finder) declared(file *link.File, fn *facts.Func, r *link.Registration) (d Declaration, err error) {
	name := file.Facts.Str(fn.Name)
	line, _ := file.Facts.Place(fn.NamePos)
	at := func(line int) string { return fmt.Sprintf("%s:%d", file.Path, line) }
	if fn.Parent != 0 || fn.Class != 0 {
		return d, fmt.Errorf("%s: %s is declared as a job inside a class or function: move it to the top of the module", at(line), name)
	}
	tree, err := f.parse(file.Path)
	if err != nil {
		return d, err
	}
	var def *ast.FunctionDef
	ast.Inspect(tree, func(n ast.Node) bool {
		if fd, ok := n.(*ast.FunctionDef); ok && fd.NameSpan.Start == fn.NamePos {
			def = fd
		}
		return def == nil
	})
	if def == nil || len(def.Decorators) == 0 || len(def.Decorators) != len(fn.Decorators) {
		return d, fmt.Errorf("%s: %s is made a job, but not by a decorator: write @roadworthy.job above it, so that its settings can be read", at(line), name)
	}
	which := max(0, slices.IndexFunc(fn.Decorators, func(d facts.Decorator) bool {
		return d.Value == facts.Ref(r.Op.A) || d.Value == r.Op.Dst
	}))
	decorator := def.Decorators[which]
	line, _ = file.Facts.Place(decorator.Pos())
	var options []project.Literal
	if call, ok := decorator.(*ast.Call); ok {
		if len(call.Args) > 0 {
			return d, fmt.Errorf("%s: @roadworthy.job takes named options only", at(line))
		}
		for i := range call.Keywords {
			kw := &call.Keywords[i]
			where, _ := file.Facts.Place(kw.Pos())
			v, ok := literal(tree, kw.Value)
			if !ok || kw.Arg == 0 {
				return d, fmt.Errorf("%s: %s of @roadworthy.job has to be written out here as a literal: jobs are found by reading the source, not by running it",
					at(where), orOptions(tree.Text(kw.Arg)))
			}
			if v != nil {
				options = append(options, project.Literal{Key: tree.Text(kw.Arg), Line: where, Value: v})
			}
		}
	} else if r.Factory != 0 {
		return d, fmt.Errorf("%s: %s is made a job by a decorator that is itself the result of a call: write @roadworthy.job(…) above it, so that its settings can be read", at(line), name)
	}
	job, err := project.DecoratedJob(file.Path, line, name, options)
	if err != nil {
		return d, err
	}
	job.Entry = file.Path + ":" + name
	d = declarationOf(job, file.Path)
	d.Async = fn.Flags&facts.FuncAsync != 0
	return d, nil
}

func orOptions(name string) string {
	if name == "" {
		return "**options"
	}
	return name
}

// literal is the value of an expression that is written out: nil for None.
func literal(f *ast.File, e ast.Expr) (any, bool) {
	switch e := e.(type) {
	case *ast.Constant:
		text := strings.ReplaceAll(string(f.Src[e.Start:e.Stop]), "_", "")
		switch e.Kind {
		case ast.None:
			return nil, true
		case ast.True, ast.False:
			return e.Kind == ast.True, true
		case ast.Str:
			s, ok := f.StringValue(e)
			return s, ok
		case ast.Int:
			n, err := strconv.ParseInt(text, 0, 64)
			return n, err == nil
		case ast.Float:
			x, err := strconv.ParseFloat(text, 64)
			return x, err == nil
		}
	case *ast.UnaryOp:
		v, ok := literal(f, e.Operand)
		if e.Op != ast.USub || !ok {
			return nil, false
		}
		switch v := v.(type) {
		case int64:
			return -v, true
		case float64:
			return -v, true
		}
	case *ast.List:
		return literals(f, e.Elts)
	case *ast.Tuple:
		return literals(f, e.Elts)
	case *ast.Dict:
		out := map[string]any{}
		for i, k := range e.Keys {
			if k == nil {
				return nil, false
			}
			key, ok := literal(f, k)
			name, isText := key.(string)
			v, good := literal(f, e.Values[i])
			if !ok || !isText || !good {
				return nil, false
			}
			out[name] = v
		}
		return out, true
	}
	return nil, false
}

func literals(f *ast.File, list []ast.Expr) (any, bool) {
	out := make([]any, len(list))
	for i, e := range list {
		v, ok := literal(f, e)
		if !ok {
			return nil, false
		}
		out[i] = v
	}
	return out, true
}

// defaultRetries is what a job gets that does not say.
const defaultRetries = 3

func declarationOf(j *project.Job, file string) Declaration {
	d := Declaration{Name: j.Name, Entry: j.Entry, Command: j.Command, Adapter: j.Adapter, Directory: j.Directory, Schedule: j.Schedule, Zone: j.Timezone,
		Missed: j.Missed, After: j.DependsOn, Queue: j.Queue, Priority: j.Priority, Retries: defaultRetries, BackoffKind: j.Backoff.Kind, Backoff: j.Backoff.Base,
		BackoffMax: j.Backoff.Max, TimeLimit: j.Timeout, Grace: j.Grace, MemoryLimit: j.Memory, Concurrency: j.Concurrency, LimitKey: j.PerKey,
		PerKey: j.PerKeyConcurrency, RateCount: j.RateLimit.Count, RatePer: j.RateLimit.Per, Slots: j.Slots, Key: j.IdempotencyKey,
		Owner: j.Owner, Tier: j.Tier.String(), Alerts: j.Alerts, Late: j.Late, MaxAge: j.MaxAge, FailureRate: j.FailureRate, Env: j.Env, File: file, Line: j.Line}
	if j.Keys.Has("retries") {
		d.Retries = j.Retries
	}
	if j.Shell != "" {
		d.Command = []string{"/bin/sh", "-c", j.Shell}
	}
	if d.LimitKey != "" && d.PerKey == 0 {
		d.PerKey = 1
	}
	for name, within := range j.Expect {
		if d.Expect == nil {
			d.Expect = map[string]float64{}
		}
		d.Expect[name] = within.Seconds()
	}
	return d
}

// repeated lists the effects of a job that must not happen twice: those the catalogue calls not idempotent, payments and
// messages among them. entry is module:function or path/to/file.py:function.
func repeated(a *effects.Analysis, entry string) []string {
	place, function, _ := strings.Cut(entry, ":")
	var start []effects.Node
	for i, nodes := range a.InstancesOf() {
		f := link.Func(i)
		file := a.FileOf(f)
		if a.Facts(f).Kind != facts.Function || file.Facts.Str(a.Facts(f).QualName) != function {
			continue
		}
		if file.Path == filepath.ToSlash(place) || file.Module == place {
			start = append(start, nodes...)
		}
	}
	var out []string
	seen := map[effects.Node]bool{}
	for len(start) > 0 {
		n := start[0]
		start = start[1:]
		if seen[n] {
			continue
		}
		seen[n] = true
		for _, i := range a.SitesOf(n) {
			s := &a.Sites[i]
			if !mustNotRepeat(s) {
				continue
			}
			line, _ := a.File(n).Facts.Place(s.Op.Pos)
			if text := fmt.Sprintf("%s at %s:%d", s.Kind, a.File(n).Path, line); !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
		for _, i := range a.OutEdges(n) {
			switch e := &a.Edges[i]; e.Mode {
			case link.Made, link.Enqueued, link.Depended:
			default:
				start = append(start, e.To)
			}
		}
	}
	slices.Sort(out)
	return out
}

func mustNotRepeat(s *effects.Site) bool {
	if s.Effect == nil || s.Effect.Idempotent == knowledge.True {
		return false
	}
	return s.Effect.Idempotent == knowledge.False || s.Kind == knowledge.Payment || s.Kind == knowledge.Notify
}

var environment = regexp.MustCompile(`\$\{(\w+)\}`)

// Expand replaces ${NAME} by the environment's value, so that passwords stay out of the file.
func Expand(s string) (string, error) {
	var missing error
	out := environment.ReplaceAllStringFunc(s, func(m string) string {
		v, ok := os.LookupEnv(m[2 : len(m)-1])
		if !ok {
			missing = errors.New("the environment variable " + m[2:len(m)-1] + " is not set")
		}
		return v
	})
	return out, missing
}
