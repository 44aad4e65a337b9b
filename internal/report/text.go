package report

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

// Terminal reports whether a stream is a terminal.
func Terminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Color reports whether text written to w may be coloured: it is a terminal and the environment does not object
// (https://no-color.org).
func Color(w io.Writer, getenv func(string) string) bool {
	if getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" {
		return false
	}
	if runtime.GOOS == "windows" && getenv("WT_SESSION") == "" && getenv("TERM") == "" {
		return false // a console that would show the codes
	}
	return Terminal(w)
}

// Text writes the report for people: every finding with its source line, the calls that prove it and the next step, then
// every piece of work with its verdict, then one sentence.
func Text(w io.Writer, r *Result, o Options) error {
	t := &texter{width: o.Width, color: o.Color, line: o.Line}
	if t.width == 0 {
		t.width = 80
	}
	all := byUrgency(r.Findings, o.Brief)
	for _, of := range all {
		f := cleaned(*of[0])
		t.finding(&f, of[1:])
	}
	t.work(r, o.Brief)
	if o.Brief && slices.ContainsFunc(all, func(of []*diag.Finding) bool { return len(of) > 1 }) {
		t.wrap("", "", "of findings that repeat, only the places are named: --brief=false shows each")
	}
	t.b.WriteString(sentence(count(r.Findings), r.Stats) + "\n")
	_, err := io.WriteString(w, t.b.String())
	return err
}

// shownOfRule is how many errors, and how many warnings, of one rule a brief report shows in full: the first screens tell what kinds
// of faults there are, and not one of them hundreds of times.
const shownOfRule = 3

// shownWork is how many pieces of work a brief report tells about, those first that need it most.
const shownWork = 12

// byUrgency are the findings that still ask for something, the most severe first, then by place. When brief, the notes of a
// rule come together, and so do its further errors and warnings.
func byUrgency(findings []diag.Finding, brief bool) [][]*diag.Finding {
	var out [][]*diag.Finding
	for _, severity := range []diag.Severity{diag.Error, diag.Warning, diag.Note} {
		last := map[string]int{}  // by rule: index into out of the finding that the others are listed at
		shown := map[string]int{} // by rule
		for i := range findings {
			f := &findings[i]
			if !open(f) || f.Severity != severity {
				continue
			}
			if at, ok := last[f.Rule]; ok {
				out[at] = append(out[at], f)
				continue
			}
			if shown[f.Rule]++; brief && (severity == diag.Note || shown[f.Rule] == shownOfRule) {
				last[f.Rule] = len(out)
			}
			out = append(out, []*diag.Finding{f})
		}
	}
	return out
}

type texter struct {
	b     strings.Builder
	width int
	color bool
	line  func(string, int, int) (string, bool)
}

const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	yellow = "1;33"
	green  = "32"
	blue   = "1;34"
)

func (t *texter) paint(code, s string) string {
	if !t.color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func severityColor(s diag.Severity) string {
	switch s {
	case diag.Error:
		return red
	case diag.Warning:
		return yellow
	}
	return blue
}

// finding shows one finding, and where more of the same rule are.
func (t *texter) finding(f *diag.Finding, more []*diag.Finding) {
	fmt.Fprintf(&t.b, "%s %s %s %s\n", t.paint(bold, place(f.File, f.Cell, f.Line, f.Column)),
		t.paint(severityColor(f.Severity), f.Severity.String()), f.Rule, f.Name)
	t.source(f)
	t.witness(steps(f))
	if why := likely(f); why != "" {
		t.b.WriteString(t.paint(dim, "  "+why) + "\n")
	}
	if f.Also > 0 {
		t.b.WriteString(t.paint(dim, fmt.Sprintf("  (+%d more with the same cause)", f.Also)) + "\n")
	}
	t.help(f)
	if len(more) > 0 {
		places := make([]string, len(more))
		for i, m := range more {
			places[i] = clean(place(m.File, m.Cell, m.Line, 0))
		}
		t.wrap("  ", "  ", fmt.Sprintf("%d more of %s: %s", len(more), f.Rule, listed(places, 6)))
	}
	t.b.WriteByte('\n')
}

// listed is a list of which no more than so many are named.
func listed(list []string, most int) string {
	if len(list) <= most+1 {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d others", strings.Join(list[:most], ", "), len(list)-most)
}

// source shows the line of a finding, marks its span, and says the message beside it or, where that is too wide, below.
func (t *texter) source(f *diag.Finding) {
	text, ok := "", false
	if t.line != nil && f.Line > 0 {
		text, ok = t.line(f.File, f.Cell, f.Line)
	}
	if !ok {
		t.wrap("  ", "  ", f.Message)
		return
	}
	text = strings.TrimRight(text, "\r\n")
	start := min(max(f.Column-1, 0), utf8.RuneCountInString(text))
	end := utf8.RuneCountInString(text)
	if f.EndLine == f.Line || f.EndLine == 0 {
		end = f.EndColumn - 1
	}
	end = max(min(end, utf8.RuneCountInString(text)), start+1)
	if f.Column == 0 {
		end = start
	}
	shown, lead, marks := excerpt([]rune(text), start, end)
	number := fmt.Sprintf("%5d", f.Line)
	gutter := strings.Repeat(" ", len(number)) + " " + t.paint(dim, "|")
	fmt.Fprintf(&t.b, "%s %s %s\n", t.paint(dim, number), t.paint(dim, "|"), shown)
	mark := t.paint(severityColor(f.Severity), strings.Repeat("^", marks))
	used := len(number) + 3 + utf8.RuneCountInString(lead) + marks
	if f.Column > 0 && used+1+utf8.RuneCountInString(f.Message) <= t.width && !strings.Contains(lead, "\t") {
		fmt.Fprintf(&t.b, "%s %s%s %s\n", gutter, lead, mark, f.Message)
		return
	}
	if f.Column > 0 {
		fmt.Fprintf(&t.b, "%s %s%s\n", gutter, lead, mark)
	}
	for _, l := range fold(f.Message, t.width-len(number)-3) {
		fmt.Fprintf(&t.b, "%s %s\n", gutter, l)
	}
}

// clean shows control characters, which could do anything to a terminal, as dots. Tabs stay.
func clean(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\t' || 0x7f <= c && c < 0xa0 || c == utf8.RuneError {
			return '·'
		}
		return c
	}, s)
}

// cleaned is f with clean words.
func cleaned(f diag.Finding) diag.Finding {
	words := func(s string) string { return clean(strings.Join(strings.Fields(s), " ")) }
	f.File, f.Message, f.Help = clean(f.File), words(f.Message), words(f.Help)
	f.Witness = slices.Clone(f.Witness)
	for i, s := range f.Witness {
		f.Witness[i].Function, f.Witness[i].File, f.Witness[i].Note = clean(s.Function), clean(s.File), words(s.Note)
	}
	return f
}

// longLine is where a source line is cut down to what is around its marked span: nobody reads a minified file.
const longLine = 160

// excerpt is what is shown of a line, the blank text in front of the marks, and how many marks there are.
func excerpt(line []rune, start, end int) (shown, lead string, marks int) {
	from, to := 0, len(line)
	before, after := "", ""
	if len(line) > longLine {
		if start > longLine/2 {
			from, before = start-longLine/4, "…"
		}
		if from+longLine < len(line) {
			to, after = from+longLine, "…"
		}
		end = min(end, to)
	}
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", utf8.RuneCountInString(before)))
	for _, c := range line[from:min(start, len(line))] {
		if c != '\t' {
			c = ' '
		}
		b.WriteRune(c)
	}
	return before + clean(string(line[from:to])) + after, b.String(), max(end-start, 1)
}

// witness shows the chain of calls in columns: function, place, what happens there.
func (t *texter) witness(frames []diag.Frame) {
	if len(frames) == 0 {
		return
	}
	names, places := 0, 0
	for _, f := range frames {
		names = max(names, utf8.RuneCountInString(f.Function))
		places = max(places, utf8.RuneCountInString(place(f.File, f.Cell, f.Line, 0)))
	}
	beside := true
	for _, f := range frames {
		if 6+names+2+places+2+utf8.RuneCountInString(f.Note) > t.width {
			beside = false
		}
	}
	for i, f := range frames {
		lead := "      "
		if i == 0 {
			lead = "  via "
		}
		at := place(f.File, f.Cell, f.Line, 0)
		line := lead + pad(f.Function, names)
		switch {
		case beside && f.Note != "":
			line += "  " + t.paint(dim, pad(at, places)) + "  " + f.Note
		case 6+names+2+places <= t.width:
			line += "  " + t.paint(dim, at)
		default:
			line = lead + f.Function + "  " + t.paint(dim, at)
		}
		t.b.WriteString(strings.TrimRight(line, " ") + "\n")
		if !beside && f.Note != "" {
			t.wrap("        ", "        ", f.Note)
		}
	}
}

func (t *texter) help(f *diag.Finding) {
	explain := "roadworthy explain " + f.Rule
	if f.Help == "" {
		t.b.WriteString("  " + t.paint(dim, explain) + "\n")
		return
	}
	lines := fold("help: "+f.Help, t.width-2)
	for i, l := range lines {
		if i > 0 {
			l = "      " + l
		}
		t.b.WriteString("  " + l)
		if i == len(lines)-1 {
			if gap := t.width - 2 - utf8.RuneCountInString(l) - len(explain); gap >= 2 {
				t.b.WriteString(strings.Repeat(" ", gap) + t.paint(dim, explain))
			} else {
				t.b.WriteString("\n" + strings.Repeat(" ", t.width-len(explain)) + t.paint(dim, explain))
			}
		}
		t.b.WriteByte('\n')
	}
}

// work shows each piece of work on one line, and below it what its tier rests on.
func (t *texter) work(r *Result, brief bool) {
	if len(r.Work) == 0 {
		return
	}
	work, mine := r.byAttention(), r.byWork()
	fine := 0
	if brief {
		kept := work[:0]
		for _, w := range work {
			if w.Verdict == Roadworthy && w.state(Unknown) == 0 {
				fine++
			} else {
				kept = append(kept, w)
			}
		}
		work = kept
	}
	var rest []*Work
	if brief && len(work) > shownWork+2 {
		work, rest = work[:shownWork], work[shownWork:]
	}
	names, kinds, tiers := 0, 0, 0
	for _, w := range work {
		names = max(names, utf8.RuneCountInString(w.Name))
		kinds = max(kinds, len(w.Kind))
		tiers = max(tiers, len(w.Tier.Value))
	}
	names = min(names, 32)
	for _, w := range work {
		verdict := w.Verdict
		color := green
		switch verdict {
		case NotRoadworthy:
			color = red
		case WithAdvisories:
			color = yellow
		}
		fmt.Fprintf(&t.b, "%s  %s  %s  %s\n", t.paint(bold, pad(clean(w.Name), names)), pad(w.Kind, kinds), pad(w.Tier.Value, tiers), t.paint(color, verdict))
		parts := tally(mine[w.Name]).list()
		if u := w.state(Unknown); u > 0 {
			parts = append(parts, Plural(u, "guardrail unknown", "guardrails unknown"))
		}
		if u := w.state(Waived); u > 0 {
			parts = append(parts, Plural(u, "guardrail waived", "guardrails waived"))
		}
		if len(parts) > 0 {
			t.wrap("  ", "  ", strings.Join(parts, ", "))
		}
		t.wrap("  ", "  ", clean(because(&w.Tier, brief)))
	}
	for _, verdict := range [...]string{NotRoadworthy, WithAdvisories, Roadworthy} {
		var others []string
		for _, w := range rest {
			if w.Verdict == verdict {
				others = append(others, clean(w.Name))
			}
		}
		switch len(others) {
		case 0:
		case 1:
			t.wrap("", "  ", fmt.Sprintf("1 more piece of work is %s: %s", verdict, others[0]))
		default:
			t.wrap("", "  ", fmt.Sprintf("%d more pieces of work are %s: %s", len(others), verdict, listed(others, 6)))
		}
	}
	if fine > 0 {
		more := ""
		if len(work) > 0 {
			more = " more"
		}
		if fine == 1 {
			fmt.Fprintf(&t.b, "1%s piece of work is roadworthy\n", more)
		} else {
			fmt.Fprintf(&t.b, "%d%s pieces of work are roadworthy\n", fine, more)
		}
	}
	t.b.WriteByte('\n')
}

// because is why a tier holds, in one line; when brief, with the three strongest pieces of evidence.
func because(t *Tier, brief bool) string {
	var parts []string
	for _, e := range t.Evidence {
		s := e.What
		if e.File != "" {
			s += " (" + place(e.File, 0, e.Line, 0) + ")"
		}
		parts = append(parts, s)
	}
	if n := len(parts) - 3; brief && n > 1 {
		parts = append(parts[:3:3], fmt.Sprintf("and %d more", n))
	}
	switch {
	case t.Declared && len(parts) == 0:
		return "tier declared"
	case t.Declared:
		return "tier declared; evidence: " + strings.Join(parts, "; ")
	case len(parts) == 0:
		return "tier inferred: nothing found that depends on it"
	}
	return "tier inferred: " + strings.Join(parts, "; ")
}

func (t *texter) wrap(first, rest, text string) {
	for i, l := range fold(text, t.width-len(first)) {
		if i == 0 {
			t.b.WriteString(first + l + "\n")
		} else {
			t.b.WriteString(rest + l + "\n")
		}
	}
}

func pad(s string, width int) string {
	if n := width - utf8.RuneCountInString(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// fold breaks text between words into lines of at most width characters; a longer word stays whole.
func fold(text string, width int) []string {
	var lines []string
	line, n := "", 0
	for _, w := range strings.Fields(text) {
		l := utf8.RuneCountInString(w)
		if n > 0 && n+1+l > width {
			lines = append(lines, line)
			line, n = "", 0
		}
		if n > 0 {
			line += " "
			n++
		}
		line += w
		n += l
	}
	if n > 0 {
		lines = append(lines, line)
	}
	return lines
}
