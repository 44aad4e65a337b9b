// Package review judges a change: the findings that it adds, and what public functions, routes, jobs and tools do after it that
// they did not do before.
//
// Both sides are checked whole, because a change in one file changes what functions in others do. The side that is not the
// working tree is taken out of git into a temporary directory, the files that a check reads and nothing else; git's index
// and the working tree stay untouched. Findings are matched by fingerprint (see check.Fingerprint), effects by the dotted
// name of the function and the kind of effect.
package review

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"os"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// Review is what a change adds.
type Review struct {
	Base, Head string         // commits as git names them in short; Head is "" for the working tree
	New        []diag.Finding // of the head
	Mended     []Mended
	Changes    []Change
	Packages   []Package
	Names      []Name
	Checked    *check.Checked // the head
}

// A Change is one effect that a change adds, at the place that causes it, with every part of the surface that gains it.
type Change struct {
	Kind     string
	Blocking bool
	Cause    diag.Frame // where the effect is
	Gains    []Gain     // the most exposed first
}

// A Gain is a function that now has the effect.
type Gain struct {
	Function string
	Role     string // "route", "job", "tool", "command", "import", "function"
	Detail   string // of a route: "GET /orders"
	New      bool   // the function itself is new
	File     string
	Line     int
	Work     []string
	Witness  []diag.Frame
}

// A Package is a dependency that the change declares.
type Package struct {
	Name string
	File string
	Line int
	// Near is a known package of which the name is one letter away, "" for none.
	Near string
	// Files is how many files import it; -1 when the names that it is imported by are not known.
	Files int
}

// A Name is an import that the change adds and that nothing in the repository brings: neither its own code, nor Python, nor a
// dependency that it declares or locks.
type Name struct {
	Module string
	File   string
	Line   int
}

// Mended is a finding of the base that the head does not have.
type Mended struct {
	Rule, Name, File, Function string
}

// Run reviews the change from base to head, or to the working tree when head is "".
func Run(ctx context.Context, root, base, head string, opts check.Options) (*Review, error) {
	repo, err := open(ctx, root)
	if err != nil {
		return nil, err
	}
	r := &Review{}
	var before *check.Checked
	if before, r.Base, err = repo.check(ctx, base, opts); err != nil {
		return nil, err
	}
	old := before.Baseline()
	opts.Baseline = old
	if head != "" {
		if r.Checked, r.Head, err = repo.check(ctx, head, opts); err != nil {
			return nil, err
		}
	} else if r.Checked, err = check.Check(ctx, root, opts); err != nil {
		return nil, err
	}
	r.Checked.Result.Root = root
	for _, f := range r.Checked.Result.Findings {
		if f.Waived == "" && !f.Baselined {
			r.New = append(r.New, f)
		}
	}
	for _, e := range old.Unused() {
		m := Mended{Rule: e.Rule, File: e.File, Function: e.Function}
		if k, ok := rule.Find(e.Rule); ok {
			m.Name = k.Name
		}
		r.Mended = append(r.Mended, m)
	}
	r.Changes = compare(surface(before), surface(r.Checked), r.Checked)
	r.Packages = packages(before, r.Checked)
	r.Names = names(before, r.Checked)
	return r, nil
}

// check checks a commit's files.
func (r *repository) check(ctx context.Context, rev string, opts check.Options) (*check.Checked, string, error) {
	id, err := r.resolve(ctx, rev)
	if err != nil {
		return nil, "", err
	}
	dir, err := os.MkdirTemp("", "roadworthy-review-")
	if err != nil {
		return nil, "", fmt.Errorf("review %s: %w", rev, err)
	}
	defer os.RemoveAll(dir)
	if err := r.export(ctx, id, dir); err != nil {
		return nil, "", err
	}
	c, err := check.Check(ctx, dir, opts)
	if err != nil {
		return nil, "", fmt.Errorf("check %s: %w", rev, err)
	}
	c.Keep() // reports show its lines after the directory is gone
	return c, id[:min(len(id), 12)], nil
}

// ---- surface ----

// part is one entry of a program's surface.
type part struct {
	Gain
	nodes []effects.Node
	has   [2]uint64 // kinds, by whether they block
}

var order = []string{"route", "job", "tool", "command", "import", "function"}

// surface is what others can run: public functions, what frameworks call, and imports of modules.
func surface(c *check.Checked) map[string]*part {
	a := c.Analysis
	out := map[string]*part{}
	instances := a.InstancesOf()
	add := func(name, role string, f link.Func, nodes []effects.Node) *part {
		p := out[name]
		if p == nil {
			file := a.FileOf(f)
			line, _ := file.Facts.Place(a.Facts(f).NamePos)
			p = &part{Gain: Gain{Function: name, Role: role, File: file.Path, Line: max(line, 1)}}
			out[name] = p
		} else if slices.Index(order, role) < slices.Index(order, p.Role) {
			p.Role = role
		}
		for _, n := range nodes {
			if slices.Contains(p.nodes, n) {
				continue
			}
			p.nodes = append(p.nodes, n)
			for k := range knowledge.EffectKinds {
				if a.HasBlocking(n, knowledge.EffectKind(k)) {
					p.has[1] |= 1 << k
				}
				if a.Has(n, knowledge.EffectKind(k)) {
					p.has[0] |= 1 << k
				}
			}
		}
		return p
	}
	for i := range a.Funcs() {
		f := link.Func(i)
		fn := a.Facts(f)
		if a.FileOf(f).Test {
			continue
		}
		switch {
		case fn.Kind == facts.ModuleBody:
			add("import of "+a.Name(f), "import", f, instances[i])
		case fn.Kind == facts.Function && public(a.Name(f)):
			add(a.Name(f), "function", f, instances[i])
		}
	}
	for _, w := range c.Inventory.Work {
		for _, r := range w.Roots {
			role := ""
			switch r.Phase {
			case inventory.Request:
				role = "route"
			case inventory.Job:
				role = "job"
			case inventory.Tool:
				role = "tool"
			case inventory.Command:
				role = "command"
			default:
				continue
			}
			p := add(a.Name(r.Func), role, r.Func, instances[r.Func])
			if r.Method+r.Route != "" && p.Detail == "" {
				p.Detail = strings.TrimSpace(r.Method + " " + r.Route)
			}
		}
	}
	return out
}

// public: no part of the dotted name is private or local.
func public(name string) bool {
	for _, p := range strings.Split(name, ".") {
		if strings.HasPrefix(p, "_") && !(strings.HasPrefix(p, "__") && strings.HasSuffix(p, "__")) || p == "<locals>" || p == "<lambda>" {
			return false
		}
	}
	return true
}

// compare finds what parts of the surface do now and did not, and groups it by what causes it. Of functions that are new,
// only those that a framework runs count: the others do nothing until something calls them.
func compare(before, after map[string]*part, c *check.Checked) []Change {
	a := c.Analysis
	type cause struct {
		kind knowledge.EffectKind
		file string
		line int
		note string
	}
	changes := map[cause]*Change{}
	names := make([]string, 0, len(after))
	for n := range after {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, name := range names {
		now := after[name]
		old := before[name]
		if old == nil {
			if now.Role == "function" || now.Role == "import" {
				continue
			}
			old = &part{}
			now.New = true
		}
		gained := now.has[0] &^ old.has[0]
		blocks := now.has[1] &^ old.has[1]
		for rest := gained | blocks; rest != 0; rest &= rest - 1 {
			k := knowledge.EffectKind(bits.TrailingZeros64(rest))
			blocking := blocks>>k&1 != 0
			var steps []effects.Step
			for _, n := range now.nodes {
				if s := a.Witness(n, k, blocking); len(s) > 0 && (steps == nil || len(s) < len(steps)) {
					steps = s
				}
			}
			if len(steps) == 0 || throughTests(a, steps) {
				continue // what a test hands in happens in the test
			}
			g := now.Gain
			g.Witness = frames(a, steps)
			last := g.Witness[len(g.Witness)-1]
			at := cause{k, last.File, last.Line, last.Note}
			ch := changes[at]
			if ch == nil {
				ch = &Change{Kind: k.String(), Cause: last}
				changes[at] = ch
			}
			ch.Blocking = ch.Blocking || blocking
			for _, n := range now.nodes {
				for _, w := range c.Inventory.Reaching(n) {
					if !slices.Contains(g.Work, w.Name) {
						g.Work = append(g.Work, w.Name)
					}
				}
			}
			slices.Sort(g.Work)
			ch.Gains = append(ch.Gains, g)
		}
	}
	var out []Change
	for _, ch := range changes {
		slices.SortStableFunc(ch.Gains, func(x, y Gain) int {
			return cmp.Or(slices.Index(order, x.Role)-slices.Index(order, y.Role), len(x.Witness)-len(y.Witness), strings.Compare(x.Function, y.Function))
		})
		out = append(out, *ch)
	}
	slices.SortFunc(out, func(x, y Change) int {
		return cmp.Or(x.weight()-y.weight(), slices.Index(order, x.Gains[0].Role)-slices.Index(order, y.Gains[0].Role), strings.Compare(x.Cause.File, y.Cause.File), x.Cause.Cell-y.Cause.Cell,
			x.Cause.Line-y.Cause.Line, strings.Compare(x.Kind, y.Kind), strings.Compare(x.Cause.Note, y.Cause.Note))
	})
	return out
}

// throughTests: the chain leads through code of the tests.
func throughTests(a *effects.Analysis, steps []effects.Step) bool {
	return slices.ContainsFunc(steps, func(s effects.Step) bool { return a.File(s.Node).Test || a.File(s.To).Test })
}

// weight puts first what reaches outside the process: 0. What a reader seldom has to judge is told in one line: 1.
func (c *Change) weight() int {
	switch c.Kind {
	case knowledge.Clock.String(), knowledge.Random.String(), knowledge.Log.String(), knowledge.Stdout.String():
		return 1
	}
	return 0
}

func frames(a *effects.Analysis, steps []effects.Step) []diag.Frame {
	out := make([]diag.Frame, len(steps))
	for i, s := range steps {
		out[i] = a.Frame(s)
	}
	return out
}
