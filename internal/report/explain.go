package report

import (
	"io"
	"regexp"
	"strings"
)

// Page writes a rule's page, or other Markdown of ours, for a terminal: headings, paragraphs wrapped to the width, lists, blocks
// of code indented as they are. Tables stay as they are.
func Page(w io.Writer, markdown string, o Options) error {
	t := &texter{width: o.Width, color: o.Color}
	if t.width == 0 {
		t.width = 80
	}
	var paragraph []string
	first, rest := "", ""
	flush := func() {
		if len(paragraph) > 0 {
			t.prose(first, rest, strings.Join(paragraph, " "))
			paragraph, first, rest = nil, "", ""
		}
	}
	fenced := false
	for line := range strings.Lines(strings.TrimRight(markdown, "\n") + "\n") {
		line = strings.TrimRight(line, "\r\n")
		text := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(text, "```"):
			flush()
			fenced = !fenced
		case fenced:
			t.b.WriteString(strings.TrimRight("    "+clean(line), " ") + "\n")
		case text == "":
			flush()
			t.b.WriteByte('\n')
		case strings.HasPrefix(text, "#"):
			flush()
			t.b.WriteString(t.paint(bold, clean(strings.TrimSpace(strings.TrimLeft(text, "#")))) + "\n")
		case strings.HasPrefix(text, "|"):
			flush()
			t.b.WriteString(clean(line) + "\n")
		case item.MatchString(line):
			flush()
			m := item.FindStringSubmatch(line)
			first = m[1]
			rest = strings.Repeat(" ", len(first))
			paragraph = append(paragraph, m[2])
		default:
			paragraph = append(paragraph, text)
		}
	}
	flush()
	_, err := io.WriteString(w, t.b.String())
	return err
}

var item = regexp.MustCompile(`^( *(?:[-*]|\d+\.) )(.*)$`)

// prose wraps a paragraph. Code keeps its backticks, which are how the page tells names from words; emphasis loses its stars, and links
// their brackets.
func (t *texter) prose(first, rest, text string) {
	text = strings.ReplaceAll(text, "**", "")
	text = link.ReplaceAllString(text, "$1 ($2)")
	t.wrap(first, rest, clean(text))
}

var link = regexp.MustCompile(`\[([^\]]+)\]\(([^)\s]+)\)`)
