package notebook

import (
	"slices"
	"strings"
)

// headings follows the headings of markdown cells.
type headings struct {
	titles []string
	levels []int
}

// read takes the headings of one markdown text: # Title, underlined titles, and not what stands in code fences.
func (h *headings) read(text string) {
	fence := ""
	previous := ""
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(l)
		switch {
		case fence != "":
			if strings.HasPrefix(l, fence) {
				fence = ""
			}
			l = ""
		case strings.HasPrefix(l, "```"), strings.HasPrefix(l, "~~~"):
			fence, l = l[:3], ""
		case strings.HasPrefix(l, "#"):
			rest := strings.TrimLeft(l, "#")
			if level := len(l) - len(rest); level <= 6 && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
				h.add(level, strings.TrimSpace(strings.TrimRight(strings.TrimSpace(rest), "#")))
			}
			l = ""
		case previous != "" && len(l) > 1 && strings.Trim(l, "=") == "":
			h.add(1, previous)
			l = ""
		case previous != "" && len(l) > 2 && strings.Trim(l, "-") == "":
			h.add(2, previous)
			l = ""
		}
		previous = l
	}
}

func (h *headings) add(level int, title string) {
	if title == "" {
		return
	}
	n := len(h.levels)
	for n > 0 && h.levels[n-1] >= level {
		n--
	}
	h.levels = append(h.levels[:n], level)
	h.titles = append(h.titles[:n:n], title)
}

func (h *headings) above() []string { return slices.Clip(h.titles) }
