// Package rule holds what every rule shares: its description, the registry, its severity in each tier, its page and the
// Pass that it sees.
//
// A rule is two sibling files in a family's package: name.go registers it, name.md is its page. The page is the help text,
// the website's page and the test (package ruletest). A Rule is data; its Check is a function of its Pass and of nothing
// else: no files, no network, no other rule. Codes are never used again.
package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/project"
)

// A Rule describes one fault and finds it.
type Rule struct {
	Code   string // RW101; never used again
	Name   string // the fault, so that it reads well after "allow": blocking-call-in-async
	Since  string // the release that brought it: "0.1"
	Family string // async, job, data, …

	// Severity by tier; the zero value is Standard. A rule that differs says why on its page.
	Severity Severities

	// Options are the keys, beside tiers and severity, of the rule's section in the configuration.
	Options []string

	Doc   Doc
	Check func(*Pass) // nil for what the driver itself reports: codes RW001 to RW099

	// Applies says whether a rule has anything to say about a piece of work; nil for rules that always do.
	Applies func(*Pass, *inventory.Work) bool
}

// Severities are a rule's severity in each tier.
type Severities struct{ Experimental, Internal, BusinessCritical, CustomerFacing diag.Severity }

// Standard is what a rule has that says nothing else: the more it matters when the work breaks, the more severe.
var Standard = Severities{diag.Note, diag.Warning, diag.Error, diag.Error}

// Unproven is what a rule has whose precision on real code is not yet known from enough findings, or is below nine in ten on code that
// it was not made on: it breaks no build.
var Unproven = Severities{diag.Note, diag.Warning, diag.Warning, diag.Warning}

// Always is the same severity in every tier.
func Always(s diag.Severity) Severities { return Severities{s, s, s, s} }

// In is the rule's severity for work of a tier. Work whose tier is not known counts as internal.
func (r *Rule) In(t project.Tier) diag.Severity {
	s := r.Severity
	if s == (Severities{}) {
		s = Standard
	}
	switch t {
	case project.Experimental:
		return s.Experimental
	case project.BusinessCritical:
		return s.BusinessCritical
	case project.CustomerFacing:
		return s.CustomerFacing
	}
	return s.Internal
}

// A Registry is a set of rules. The rules of the program are in the one that Register adds to.
type Registry struct{ rules []*Rule }

var registry Registry

// Register adds a rule to the program, once, when its package is initialised.
func Register(r Rule) *Rule {
	if err := registry.Add(&r); err != nil {
		panic("rule: " + err.Error())
	}
	return &r
}

// All are the registered rules, by code.
func All() []*Rule { return registry.All() }

// Find is the registered rule with this code or name.
func Find(codeOrName string) (*Rule, bool) { return registry.Find(codeOrName) }

var (
	codeForm = regexp.MustCompile(`^RW[0-9]{3}$`)
	nameForm = regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`)
)

// Add adds a rule whose code and name are new and well formed.
func (g *Registry) Add(r *Rule) error {
	switch {
	case !codeForm.MatchString(r.Code):
		return fmt.Errorf("rule %q has the code %q, which is not RW and three digits", r.Name, r.Code)
	case !nameForm.MatchString(r.Name):
		return fmt.Errorf("rule %s has the name %q, which is not lower-case words joined by -", r.Code, r.Name)
	case r.Family == "" || r.Since == "" || r.Doc == (Doc{}):
		return fmt.Errorf("rule %s %s lacks its family, release or page", r.Code, r.Name)
	case (r.Check == nil) != strings.HasPrefix(r.Code, "RW0"):
		return fmt.Errorf("rule %s %s: codes from RW001 to RW099 are those that the check reports itself, all others have a Check", r.Code, r.Name)
	}
	for _, o := range g.rules {
		if o.Code == r.Code || o.Name == r.Name {
			return fmt.Errorf("%s %s and %s %s share their code or name", o.Code, o.Name, r.Code, r.Name)
		}
	}
	g.rules = append(g.rules, r)
	return nil
}

// All are the rules by code.
func (g *Registry) All() []*Rule {
	all := slices.Clone(g.rules)
	slices.SortFunc(all, func(a, b *Rule) int { return strings.Compare(a.Code, b.Code) })
	return all
}

// Find is the rule with this code or name, in either case of letters.
func (g *Registry) Find(codeOrName string) (*Rule, bool) {
	for _, r := range g.rules {
		if strings.EqualFold(r.Code, codeOrName) || strings.EqualFold(r.Name, codeOrName) {
			return r, true
		}
	}
	return nil, false
}

// Pass is all that a Check sees of the program, and where it leaves what it finds.
type Pass struct {
	Rule     *Rule
	Findings []diag.Finding

	*effects.Analysis
	Inventory *inventory.Inventory
	Config    *project.Config
	Project   *project.Dependencies
	Artifacts []project.Artifact
	// Owners are the accounts and organisations that the repository belongs to, in lower case.
	Owners []string
	// Owned: a file of the repository says who answers for what is in it.
	Owned bool
	// Secrets are what the detector of secrets found, in files and notebook outputs.
	Secrets []Secret

	*tables
}

// Secret is a literal that looks like a credential; Text is never printed whole.
type Secret struct {
	File     string
	Line     int
	Cell     int
	Span     diag.Span
	Kind     string // "AWS access key"
	Redacted string
	Output   bool // in a notebook's stored output
}

// Report adds a finding of the pass's rule. Its severity is set later, by the tier of the work it concerns.
func (p *Pass) Report(f diag.Finding) {
	f.Rule, f.Name = p.Rule.Code, p.Rule.Name
	p.Findings = append(p.Findings, f)
}

// Index is the list of rules as a Markdown table, for the website.
func Index(rules []*Rule) (string, error) {
	var b strings.Builder
	b.WriteString("| code | name | what it finds | experimental | internal | business-critical | customer-facing | since |\n|---|---|---|---|---|---|---|---|\n")
	for _, r := range rules {
		page, err := r.Doc.Page()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "| %s | [%s](%s.md) | %s |", r.Code, r.Name, r.Name, strings.ReplaceAll(page.Summary, "|", "\\|"))
		for _, t := range project.Tiers() {
			fmt.Fprintf(&b, " %s |", r.In(t))
		}
		fmt.Fprintf(&b, " %s |\n", r.Since)
	}
	return b.String(), nil
}

// At starts a finding at an operation of a block: its place, and the caret under it.
func (p *Pass) At(f link.Func, op *facts.Op) diag.Finding {
	file := p.FileOf(f)
	line, cell := file.Facts.Place(op.Pos)
	return diag.Finding{File: file.Path, Span: diag.Span{Start: op.Pos, End: op.Pos + uint32(op.Len)}, Line: line, Cell: cell, Column: file.Facts.Column(op.Pos), Certainty: diag.Proved}
}

// AtName starts a finding at the name of a function, where it is defined.
func (p *Pass) AtName(f link.Func) diag.Finding {
	file, fn := p.FileOf(f), p.Facts(f)
	line, cell := file.Facts.Place(fn.NamePos)
	return diag.Finding{File: file.Path, Span: diag.Span{Start: fn.NamePos, End: fn.NamePos + uint32(len(file.Facts.Str(fn.Name)))}, Line: line, Cell: cell, Column: file.Facts.Column(fn.NamePos), Certainty: diag.Proved}
}

// Frames turns a witness into what a report shows.
func (p *Pass) Frames(steps []effects.Step) []diag.Frame {
	out := make([]diag.Frame, len(steps))
	for i, s := range steps {
		out[i] = p.Frame(s)
	}
	return out
}
