package flame

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/sample"
)

//go:embed page.html
var page string

// A node is a frame in the flame graph; children are ordered by name so that the same profile always makes the same page.
type node struct {
	Name     string           `json:"n"`
	Weight   int64            `json:"w"` // microseconds
	Children []*node          `json:"c,omitempty"`
	By       map[string]int64 `json:"k,omitempty"` // microseconds per category, at the leaf
	index    map[string]*node
}

func (n *node) child(name string) *node {
	if c, ok := n.index[name]; ok {
		return c
	}
	if n.index == nil {
		n.index = map[string]*node{}
	}
	c := &node{Name: name}
	n.index[name] = c
	n.Children = append(n.Children, c)
	return c
}

func (n *node) finish(least int64) {
	slices.SortFunc(n.Children, func(a, b *node) int { return strings.Compare(a.Name, b.Name) })
	// What is narrower than a hundredth of a pixel on a wide screen only makes the file large.
	n.Children = slices.DeleteFunc(n.Children, func(c *node) bool { return c.Weight < least })
	for _, c := range n.Children {
		c.finish(least)
	}
}

// HTML writes the page. The text above the graph is the terminal report.
func HTML(w io.Writer, p *sample.Profile) error {
	root := &node{Name: "all"}
	for _, s := range p.Stacks {
		us := s.Weight.Microseconds()
		n := root
		n.Weight += us
		for i := len(s.Frames) - 1; i >= 0; i-- {
			n = n.child(label(s.Frames[i]))
			n.Weight += us
		}
		n = n.child("[" + string(s.Category) + "]")
		n.Weight += us
		if n.By == nil {
			n.By = map[string]int64{}
		}
		n.By[string(s.Category)] += us
	}
	root.finish(root.Weight / 200000)
	var report strings.Builder
	p.Text(&report)
	seconds := []map[string]float64{}
	for _, s := range p.Timeline() {
		row := map[string]float64{}
		for c, d := range s {
			row[string(c)] = float64(d) / float64(time.Second)
		}
		seconds = append(seconds, row)
	}
	by, _ := p.Totals()
	totals := map[string]float64{}
	for c, d := range by {
		totals[string(c)] = d.Seconds()
	}
	data, err := json.Marshal(map[string]any{"root": root, "seconds": seconds, "totals": totals, "fixes": p.Rank()})
	if err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	// encoding/json writes <, > and & as escapes, so the data cannot close the script element.
	out := strings.NewReplacer("{{title}}", html.EscapeString(p.Command), "{{report}}", html.EscapeString(report.String()), "{{data}}", string(data)).Replace(page)
	if _, err := io.WriteString(w, out); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}
