package check

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/notebook"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/report"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules/program" // the codes that this package reports
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// Codes of what the driver itself reports; package rules/program has their pages.
const (
	codeSyntax     = "RW001"
	codeUnreadable = "RW002"
	codeNotebook   = "RW003"
	codeInternal   = "RW004"
	codeExpired    = "RW005"
	codeUnused     = "RW006"
	codeIncomplete = "RW007"
	codeTier       = "RW008"
	codeArtifact   = "RW009"
)

// Checked is a checked tree, with everything that the result was made from.
type Checked struct {
	*Tree
	Analysis  *effects.Analysis
	Inventory *inventory.Inventory
	Result    *report.Result

	opts      Options
	instances [][]effects.Node
	prints    []Fingerprint // of Result.Findings
	texts     map[string]*text
}

// Check checks a tree: files to facts, facts to effects, evidence to work, rules to findings, tiers to verdicts.
func Check(ctx context.Context, root string, opts Options) (*Checked, error) {
	start := time.Now()
	if opts.Rules == nil {
		opts.Rules = rule.All()
	}
	if opts.Now.IsZero() {
		opts.Now = start
	}
	t, files, err := find(ctx, root, opts)
	if err != nil {
		return nil, err
	}
	c := &Checked{Tree: t, opts: opts, texts: map[string]*text{}}
	keep := func() {}
	if opts.Remember && opts.Cache != "" && len(opts.Overlay) == 0 {
		digest, settled := t.digest(root, files, &opts, start)
		name := resultFile(opts.Cache, t.Root)
		if c.Result = recall(name, t.Root, digest); c.Result != nil {
			if opts.Baseline != nil {
				opts.Baseline.allUsed()
			}
			return c, nil
		}
		if settled {
			keep = func() { t.remember(name, digest, c.Result) }
		}
	}
	if err := t.load(ctx, files, opts); err != nil {
		return nil, err
	}
	// The analysis goes on one processor; the literals are looked at beside it.
	var secrets []rule.Secret
	var beside sync.WaitGroup
	beside.Go(func() { secrets = c.secrets(ctx) })
	c.Analysis = t.Analyse(knowledge.Load())
	beside.Wait()
	c.instances = c.Analysis.InstancesOf()
	c.Inventory = inventory.Build(c.Analysis, t.Project, t.Layout, t.Config)
	if opts.History > 0 {
		h := project.NewHistory(t.Root, opts.History)
		c.Inventory.Age(func(path string) project.Facts { return h.Of(ctx, path) })
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("check %s: %w", root, err)
	}
	pass := rule.Pass{Analysis: c.Analysis, Inventory: c.Inventory, Config: t.Config, Project: &t.Project.Dependencies, Artifacts: t.Project.Artifacts}
	pass.Owners, pass.Owned = project.Owners(t.ReadFile), project.Owned(t.ReadFile)
	pass.Secrets = secrets
	pass.Share()
	found, applies := c.applyAll(&pass)
	findings := append(c.faults(), found...)
	findings = append(findings, c.belowEvidence()...)
	for i := range findings {
		c.place(&findings[i])
	}
	findings = c.grade(findings)
	findings = group(findings)
	c.fixes(findings)
	w := c.waivers()
	w.apply(findings)
	own := w.findings(c)
	for i := range own {
		c.place(&own[i])
	}
	c.fixes(own)
	findings = append(findings, c.grade(own)...)
	c.Result = &report.Result{Root: root, Version: opts.Version, Findings: findings}
	for i := range t.Files {
		c.Result.Stats.Files++
		c.Result.Stats.Lines += len(t.Files[i].Facts.Lines)
	}
	for _, r := range opts.Rules {
		c.Result.Rules = append(c.Result.Rules, c.described(r))
	}
	c.Result.Sort()
	c.fingerprints()
	if opts.Baseline != nil {
		opts.Baseline.apply(c.Result.Findings, c.prints)
	}
	c.verdicts(w, applies)
	c.Result.Sort()
	keep()
	return c, nil
}

// rules are the names and codes that a configuration may speak of, with their keys; nil when no rules are registered.
func (o *Options) rules() map[string][]string {
	rules := o.Rules
	if rules == nil {
		rules = rule.All()
	}
	if len(rules) == 0 {
		return nil
	}
	m := map[string][]string{}
	for _, r := range rules {
		keys := append([]string{}, r.Options...)
		m[r.Name], m[r.Code] = keys, keys
	}
	return m
}

// applyAll runs the rules, side by side, and gives what they found in the order of the rules, with the work that each is
// about for those that say so.
func (c *Checked) applyAll(pass *rule.Pass) ([]diag.Finding, map[*rule.Rule][]bool) {
	var passes []rule.Pass
	for _, r := range c.opts.Rules {
		if r.Check != nil && !c.off(r) {
			p := *pass
			p.Rule = r
			passes = append(passes, p)
		}
	}
	about := make([][]bool, len(passes))
	workers := c.opts.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, len(passes)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(passes); i = int(next.Add(1)) - 1 {
				passes[i].Findings, about[i] = c.apply(&passes[i])
			}
		})
	}
	wg.Wait()
	var findings []diag.Finding
	applies := map[*rule.Rule][]bool{}
	for i := range passes {
		findings = append(findings, passes[i].Findings...)
		if about[i] != nil {
			applies[passes[i].Rule] = about[i]
		}
	}
	return findings, applies
}

// apply runs one rule, and says which work it is about if it says so. A panic in it costs the rule's findings, and is one.
func (c *Checked) apply(p *rule.Pass) (out []diag.Finding, about []bool) {
	defer func() {
		if bug := recover(); bug != nil {
			f := diag.Finding{Message: fmt.Sprintf("%s %s stopped: %v; its findings are missing", p.Rule.Code, p.Rule.Name, bug), Help: "report it at the project's issue tracker, with what it was checking if you can"}
			out = []diag.Finding{c.own(codeInternal, f)}
		}
	}()
	if p.Rule.Applies != nil {
		about = make([]bool, len(c.Inventory.Work))
		for i, w := range c.Inventory.Work {
			about[i] = p.Rule.Applies(p, w)
		}
	}
	p.Rule.Check(p)
	return p.Findings, about
}

// own makes a finding the driver's.
func (c *Checked) own(code string, f diag.Finding) diag.Finding {
	r, ok := rule.Find(code)
	if !ok {
		panic("check: no rule " + code)
	}
	f.Rule, f.Name = r.Code, r.Name
	if f.Certainty == diag.Unknown {
		f.Certainty = diag.Proved
	}
	return f
}

// faults are what was wrong with the files themselves.
func (c *Checked) faults() []diag.Finding {
	var out []diag.Finding
	for i := range c.Files {
		file := &c.Files[i]
		for _, fa := range file.Facts.Faults {
			f := file.Finding(fa.Span)
			f.Message = fa.Message
			f.Work = c.importing(i)
			switch fa.Kind {
			case facts.FaultNotebook:
				f.Line, f.Cell, f.Span, f.Column = int(fa.Line), int(fa.Cell), diag.Span{}, 0
				f.Help = "open it in Jupyter and save it again, or restore it from version control"
				out = append(out, c.own(codeNotebook, f))
			default:
				f.Column = file.Facts.Column(fa.Span.Start)
				f.Help = "what follows in the file is judged as far as it can be read; mend the line"
				out = append(out, c.own(codeSyntax, f))
			}
		}
	}
	for _, p := range c.Problems {
		code := codeUnreadable
		if strings.HasPrefix(p.Message, "internal error") {
			code = codeInternal
		}
		f := problem(p, "make it readable, or exclude it with [check] exclude")
		if i := c.fileAt(p.Path); i >= 0 {
			f.Work = c.importing(i)
		}
		out = append(out, c.own(code, f))
	}
	for _, p := range c.Project.AllProblems() {
		out = append(out, c.own(codeArtifact, problem(p, "mend the file: what it says about dependencies, schedules or deployment is missing from the verdict")))
	}
	return out
}

// importing is the work that a file as a whole belongs to.
func (c *Checked) importing(file int) []string {
	names := []string{}
	for _, n := range [...]effects.Node{effects.Node(c.Analysis.Files[file].FirstFunc()), c.Analysis.Main(file)} {
		for _, w := range c.Inventory.Reaching(n) {
			names = append(names, w.Name)
		}
	}
	return names
}

func problem(p source.Problem, help string) diag.Finding {
	if p.Help != "" {
		help = p.Help
	}
	return diag.Finding{File: p.Path, Line: p.Line, Message: p.Message, Help: help}
}

// belowEvidence are declared tiers that are lower than what the evidence shows.
func (c *Checked) belowEvidence() []diag.Finding {
	var out []diag.Finding
	for _, w := range c.Inventory.Work {
		if !w.Declared || w.Tier >= w.Inferred {
			continue
		}
		f := diag.Finding{File: c.Config.File, Line: w.Line, Work: []string{w.Name},
			Message: fmt.Sprintf("%s is declared %s, and the evidence is %s", w.Name, w.Tier, w.Inferred),
			Help:    fmt.Sprintf("declare it %s, or end what makes it so", w.Inferred)}
		for _, e := range w.Evidence[1:] {
			f.Witness = append(f.Witness, diag.Frame{Function: w.Name, File: e.File, Line: e.Line, Note: e.What})
		}
		out = append(out, c.own(codeTier, f))
	}
	return out
}

// ---- places ----

// fileAt is the index of a checked file, -1 for any other.
func (c *Checked) fileAt(path string) int {
	i, ok := slices.BinarySearchFunc(c.Files, path, func(f File, p string) int { return strings.Compare(f.Path, p) })
	if !ok {
		return -1
	}
	return i
}

// text is a file's source as it was analysed, where its lines start, and the lines of its cells.
type text struct {
	src   []byte
	lines []uint32
	cells map[int][]string
}

func (c *Checked) text(i int) *text {
	path := c.Files[i].Path
	if t := c.texts[path]; t != nil {
		return t
	}
	t := c.readText(i)
	c.texts[path] = t
	return t
}

// readText is text for those who need it once.
func (c *Checked) readText(i int) *text {
	t := &text{}
	path := c.Files[i].Path
	raw, err := c.ReadFile(path)
	if err != nil || len(raw) > maxSource {
		return t
	}
	if c.Files[i].Class == source.Notebook {
		nb := notebook.Read(raw)
		t.src = nb.Source
		t.cells = map[int][]string{}
		for k := range nb.Cells {
			t.cells[nb.Cells[k].Index+1] = strings.Split(nb.Cells[k].Source, "\n")
		}
		return t
	}
	t.src, _ = source.Decode(raw)
	t.lines = source.AppendLines(nil, t.src)
	return t
}

// Line is the text of a line of a checked file, or of a cell of a notebook.
func (c *Checked) Line(file string, cell, line int) (string, bool) {
	i := c.fileAt(file)
	if i < 0 || line < 1 {
		raw, err := c.ReadFile(file)
		if err != nil || line < 1 || len(raw) > maxSource {
			return "", false
		}
		for range line - 1 {
			at := bytes.IndexByte(raw, '\n')
			if at < 0 {
				return "", false
			}
			raw = raw[at+1:]
		}
		raw, _, _ = bytes.Cut(raw, []byte{'\n'})
		return string(raw), len(raw) < 1000
	}
	t := c.text(i)
	if cell > 0 {
		if lines := t.cells[cell]; line <= len(lines) {
			return lines[line-1], true
		}
		return "", false
	}
	if line > len(t.lines) {
		return "", false
	}
	rest := t.src[t.lines[line-1]:]
	if at := bytes.IndexAny(rest, "\r\n"); at >= 0 {
		rest = rest[:at]
	}
	return string(rest), true
}

// place completes a finding's place: columns in characters, its end, and the work it concerns.
func (c *Checked) place(f *diag.Finding) {
	i := c.fileAt(f.File)
	if i < 0 {
		if f.Work == nil {
			f.Work = c.workOfArtifact(f.File)
		}
		return
	}
	file := &c.Files[i]
	if f.Span.End > f.Span.Start || f.Span.Start > 0 {
		t := c.text(i)
		at := func(offset uint32) int {
			line := source.LineIndex(file.Facts.Lines, offset)
			start := file.Facts.Lines[max(line, 0)]
			if int(offset) > len(t.src) || start > offset {
				return 1
			}
			return utf8.RuneCount(t.src[start:offset]) + 1
		}
		f.Column = at(f.Span.Start)
		if f.EndLine == 0 && f.Span.End > f.Span.Start {
			f.EndLine, _ = file.Facts.Place(f.Span.End)
			f.EndColumn = at(f.Span.End)
		}
	}
	if f.Work == nil {
		names := map[string]bool{}
		fn := c.funcAt(i, f.Span.Start)
		for _, n := range c.instances[fn] {
			for _, w := range c.Inventory.Reaching(n) {
				names[w.Name] = true
			}
		}
		if c.Analysis.Facts(fn).Kind == facts.ModuleBody {
			for _, w := range c.Inventory.Reaching(c.Analysis.Main(i)) {
				names[w.Name] = true
			}
		}
		f.Work = make([]string, 0, len(names))
		for n := range names {
			f.Work = append(f.Work, n)
		}
	}
	slices.Sort(f.Work)
	f.Work = slices.Compact(f.Work)
}

// funcAt is the innermost function around an offset; class bodies and lambdas count as what holds them.
func (c *Checked) funcAt(file int, offset uint32) link.Func {
	f := c.Analysis.Files[file]
	best := 0
	for i := 1; i < len(f.Facts.Funcs); i++ {
		fn := &f.Facts.Funcs[i]
		if fn.Kind == facts.Function && fn.Pos <= offset && offset < fn.End {
			best = i // they are in the order of their places: a later one that holds the offset is further in
		}
	}
	return f.FirstFunc() + link.Func(best)
}

// workOfArtifact is the work that a file beside Python starts.
func (c *Checked) workOfArtifact(path string) []string {
	names := []string{}
	for _, w := range c.Inventory.Work {
		if slices.ContainsFunc(w.Starts, func(e inventory.Evidence) bool { return e.File == path }) {
			names = append(names, w.Name)
		}
	}
	return names
}

// ---- severity ----

// off: the configuration switches the rule off everywhere.
func (c *Checked) off(r *rule.Rule) bool {
	return slices.ContainsFunc(c.Config.Rules.Disabled, func(d string) bool { return same(d, r) })
}

func same(written string, r *rule.Rule) bool {
	return strings.EqualFold(written, r.Code) || strings.EqualFold(written, r.Name)
}

// Severity is a rule's severity in a tier, as configured.
func Severity(cfg *project.Config, r *rule.Rule, t project.Tier) diag.Severity {
	if s, ok := configured(cfg, r, t); ok {
		return s
	}
	return r.In(t)
}

// configured is the severity that the configuration gives a rule.
func configured(cfg *project.Config, r *rule.Rule, t project.Tier) (s diag.Severity, ok bool) {
	if slices.ContainsFunc(cfg.Rules.Disabled, func(d string) bool { return same(d, r) }) {
		return diag.Off, true
	}
	for i := range cfg.Rules.Overrides {
		o := &cfg.Rules.Overrides[i]
		if !same(o.Rule, r) {
			continue
		}
		if s, ok := o.Tiers[t]; ok {
			return s, true
		}
		if o.All {
			return o.Severity, true
		}
	}
	return diag.Off, false
}

// tierOf is the tier that a finding is judged by: the highest of its work. What no work reaches counts as internal, tests as
// experimental.
func (c *Checked) tierOf(f *diag.Finding) project.Tier {
	t := project.NoTier
	for _, name := range f.Work {
		if w := c.Inventory.Find(name); w != nil {
			t = max(t, w.Tier)
		}
	}
	if t == project.NoTier {
		t = project.Internal
		if i := c.fileAt(f.File); i >= 0 && c.Analysis.Files[i].Test {
			t = project.Experimental
		}
	}
	return t
}

// grade gives findings their severity and leaves out those of rules that are off for their work. What is likely only, because a step
// of its way is taken through an inferred type, is a note unless the configuration says otherwise: of those that were read on
// repositories that nothing had been mended on less than half were true (docs/precision.md).
func (c *Checked) grade(in []diag.Finding) []diag.Finding {
	out := in[:0]
	for _, f := range in {
		r, ok := c.ruleOf(f.Rule)
		if !ok {
			continue
		}
		tier := c.tierOf(&f)
		f.Severity = Severity(c.Config, r, tier)
		if _, set := configured(c.Config, r, tier); !set && f.Certainty == diag.Likely && len(f.Witness) > 0 && !f.ByForm {
			f.Severity = min(f.Severity, diag.Note)
		}
		if f.Severity != diag.Off {
			out = append(out, f)
		}
	}
	return out
}

func (c *Checked) ruleOf(code string) (*rule.Rule, bool) {
	for _, r := range c.opts.Rules {
		if r.Code == code {
			return r, true
		}
	}
	return nil, false
}

// group reports findings that share their cause once, for all the work that any of them concerns: at the first place of those that are the
// most certain.
func group(findings []diag.Finding) []diag.Finding {
	slices.SortStableFunc(findings, byPlace)
	first := map[[2]string]int{}
	out := findings[:0]
	for _, f := range findings {
		if f.Group != "" {
			key := [2]string{f.Rule, f.Group}
			if i, ok := first[key]; ok {
				g := &out[i]
				if f.Certainty > g.Certainty {
					*g, f = f, *g
				}
				g.Also += 1 + f.Also
				g.Severity = max(g.Severity, f.Severity)
				g.Work = append(slices.Clip(g.Work), f.Work...)
				slices.Sort(g.Work)
				g.Work = slices.Compact(g.Work)
				continue
			}
			first[key] = len(out)
		}
		out = append(out, f)
	}
	slices.SortStableFunc(out, byPlace)
	return out
}

func byPlace(a, b diag.Finding) int {
	return cmp.Or(strings.Compare(a.File, b.File), a.Cell-b.Cell, a.Line-b.Line, a.Column-b.Column, strings.Compare(a.Rule, b.Rule), strings.Compare(a.Message, b.Message))
}

// described is what reports say about a rule. Pages are read for the rules that found something only; the rest is its name.
func (c *Checked) described(r *rule.Rule) report.Rule {
	out := report.Rule{Code: r.Code, Name: r.Name, Family: r.Family, Severity: Severity(c.Config, r, project.Internal)}
	if page, err := r.Doc.Page(); err == nil {
		out.Summary = page.Summary
	}
	out.Markdown, _ = r.Doc.Text()
	return out
}

// Keep reads the lines that reports will show, so that they outlive the tree.
func (c *Checked) Keep() {
	for i := range c.Result.Findings {
		f := &c.Result.Findings[i]
		if k := c.fileAt(f.File); k >= 0 {
			c.text(k)
		}
		for _, w := range f.Witness {
			if k := c.fileAt(w.File); k >= 0 {
				c.text(k)
			}
		}
	}
}
