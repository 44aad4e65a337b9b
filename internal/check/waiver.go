package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// waiver is one waiver, from the configuration or a comment.
type waiver struct {
	rules   []*rule.Rule
	work    string
	path    *source.Ignore
	file    string // where it is written
	line    int
	cell    int
	pos     uint32 // of a comment
	lines   [2]int // comment: the lines that it covers
	comment bool
	owner   string
	reason  string
	expires time.Time
	fault   string // why it sets nothing aside, "" when it does
	help    string
	used    bool
	other   bool // speaks of files outside the checked root
}

type waivers struct {
	list []*waiver
	now  time.Time
}

// commentForm is what a waiver in a comment must say; the dash may be any of those that keyboards and editors write.
var commentForm = regexp.MustCompile(`^allow\s+([\w-]+(?:\s*,\s*[\w-]+)*)(?:\s*(?:—|–|--|-|:)\s*(.*?))?\s*(?:\(([^()]*)\))?\s*$`)

var untilForm = regexp.MustCompile(`^(.*?),?\s*until\s+(\d{4}-\d{2}-\d{2})$`)

const commentHelp = "write # roadworthy: allow RULE — reason (owner, until YYYY-MM-DD)"

func (c *Checked) waivers() *waivers {
	w := &waivers{now: c.opts.Now}
	for i := range c.Config.Waivers {
		d := &c.Config.Waivers[i]
		x := &waiver{work: d.Work, file: c.Config.File, line: d.Line, owner: d.Owner, reason: d.Reason, expires: d.Expires, other: d.Elsewhere}
		if d.Path != "" {
			x.path = source.NewIgnore(d.Path)
		}
		for _, r := range c.opts.Rules {
			if same(d.Rule, r) {
				x.rules = append(x.rules, r)
			}
		}
		w.list = append(w.list, x)
	}
	for i := range c.Files {
		f := &c.Files[i]
		for _, comment := range f.Facts.Waivers {
			w.list = append(w.list, c.comment(i, f, comment.Pos, f.Facts.Str(comment.Text)))
		}
	}
	return w
}

// comment reads a waiver in a comment. One that stands alone covers the next line that is not a comment; at the end of a
// line it covers that line.
func (c *Checked) comment(i int, f *File, pos uint32, text string) *waiver {
	x := &waiver{file: f.Path, comment: true, pos: pos}
	x.line, x.cell = f.Facts.Place(pos)
	x.lines = [2]int{x.line, x.line}
	if before, ok := c.Line(f.Path, x.cell, x.line); ok && strings.HasPrefix(strings.TrimSpace(before), "#") {
		for next := x.line + 1; ; next++ {
			s, ok := c.Line(f.Path, x.cell, next)
			if s = strings.TrimSpace(s); !ok || s != "" && s[0] != '#' {
				x.lines[1] = next
				break
			}
		}
	}
	text, _, _ = strings.Cut(text, " #") // another comment, such as noqa, may follow
	m := commentForm.FindStringSubmatch(text)
	if m == nil {
		x.fault, x.help = fmt.Sprintf("%q is no waiver", "roadworthy: "+text), commentHelp
		return x
	}
	for _, name := range strings.Split(m[1], ",") {
		name = strings.TrimSpace(name)
		found := false
		for _, r := range c.opts.Rules {
			if same(name, r) {
				x.rules, found = append(x.rules, r), true
			}
		}
		if !found {
			x.fault, x.help = "no rule is called "+name, "roadworthy policy lists the rules"
			return x
		}
	}
	x.reason = strings.TrimSpace(m[2])
	x.owner = strings.TrimSpace(m[3])
	if u := untilForm.FindStringSubmatch(x.owner); u != nil {
		x.owner = strings.TrimSpace(u[1])
		day, err := time.Parse(time.DateOnly, u[2])
		if err != nil {
			x.fault, x.help = u[2]+" is no date", commentHelp
			return x
		}
		x.expires = day
	}
	var missing []string
	if x.reason == "" {
		missing = append(missing, "reason")
	}
	if x.owner == "" {
		missing = append(missing, "owner")
	}
	if x.expires.IsZero() {
		missing = append(missing, "date")
	}
	if len(missing) > 0 {
		x.fault, x.help = "the waiver has no "+strings.Join(missing, ", no "), commentHelp
	}
	return x
}

// expired: the last day it holds is over.
func (w *waivers) expired(x *waiver) bool { return !w.now.Before(x.expires.AddDate(0, 0, 1)) }

// matches says whether a waiver speaks of a finding, its work aside.
func (x *waiver) matches(f *diag.Finding) bool {
	if x.fault != "" || !slices.ContainsFunc(x.rules, func(r *rule.Rule) bool { return r.Code == f.Rule }) {
		return false
	}
	if x.comment {
		end := max(f.EndLine, f.Line)
		return f.File == x.file && f.Cell == x.cell && f.Line <= x.lines[1] && end >= x.lines[0] && (f.Line >= x.lines[0] || end <= x.lines[1])
	}
	if x.path != nil && !x.path.Covers(f.File) {
		return false
	}
	return true
}

// apply sets findings aside. One that concerns several works is set aside when all of them are covered.
func (w *waivers) apply(findings []diag.Finding) {
	for i := range findings {
		f := &findings[i]
		var by *waiver
		all := len(f.Work) > 0
		for _, name := range f.Work {
			x := w.cover(f, name)
			if x == nil {
				all = false
				continue
			}
			by = x
		}
		if len(f.Work) == 0 {
			if by = w.cover(f, ""); by != nil {
				all = true
			}
		}
		if all && by != nil {
			f.Waived = fmt.Sprintf("%s (%s, until %s)", by.reason, by.owner, by.expires.Format(time.DateOnly))
		}
	}
}

// cover is the waiver that sets a finding aside for one work, nil for none.
func (w *waivers) cover(f *diag.Finding, work string) *waiver {
	for _, x := range w.list {
		if (x.work == "" || x.work == work) && x.matches(f) {
			x.used = true
			if !w.expired(x) {
				return x
			}
		}
	}
	return nil
}

// covers is cover for those who only ask.
func (w *waivers) covers(f *diag.Finding, work string) bool { return w.cover(f, work) != nil }

// findings are the waivers that are expired, unused or incomplete.
func (w *waivers) findings(c *Checked) []diag.Finding {
	var out []diag.Finding
	for _, x := range w.list {
		f := diag.Finding{File: x.file, Line: x.line, Cell: x.cell}
		if i := c.fileAt(x.file); i >= 0 {
			// The comment's own place decides which work it concerns.
			f.Span = diag.Span{Start: x.pos, End: x.pos + 1}
		} else if x.work != "" {
			f.Work = []string{x.work}
		}
		name := ""
		if len(x.rules) > 0 {
			name = x.rules[0].Name
		}
		switch {
		case x.other:
		case x.fault != "":
			f.Message, f.Help = x.fault, x.help
			out = append(out, c.own(codeIncomplete, f))
		case w.expired(x):
			f.Message = fmt.Sprintf("the waiver of %s by %s ended on %s", name, x.owner, x.expires.Format(time.DateOnly))
			f.Help = "mend what it set aside, or decide again and give a new date"
			if !x.used {
				f.Help = "remove it: nothing needs it any more"
				f.Fixes = x.removal()
			}
			out = append(out, c.own(codeExpired, f))
		case !x.used && !c.disabled(x):
			f.Message = fmt.Sprintf("the waiver of %s sets nothing aside", name)
			f.Help = "remove it"
			f.Fixes = x.removal()
			out = append(out, c.own(codeUnused, f))
		}
	}
	return out
}

// removal takes away a comment that sets nothing aside.
func (x *waiver) removal() []diag.Fix {
	if !x.comment {
		return nil
	}
	return []diag.Fix{{Message: "remove the comment: it sets nothing aside", Changes: []diag.Change{{Kind: diag.RemoveComment, File: x.file, Span: diag.Span{Start: x.pos, End: x.pos + 1}}}}}
}

// disabled: all its rules are off, so that nothing can be said about its use.
func (c *Checked) disabled(x *waiver) bool {
	return !slices.ContainsFunc(x.rules, func(r *rule.Rule) bool { return !c.off(r) })
}
