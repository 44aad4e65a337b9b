package notebook

import (
	"bytes"
	"regexp"
	"strings"
)

const databricksHead = "# Databricks notebook source"

var (
	percentMark = regexp.MustCompile(`^#[ \t]*%%+(.*)$`)
	percentKind = regexp.MustCompile(`\[(markdown|md|raw)\]`)
	percentTags = regexp.MustCompile(`tags[ \t]*=[ \t]*\[([^\]]*)\]`)
)

// Percent reads the cells of a script that is cut by "# %%" comments, or by Databricks's "# COMMAND ----------". It
// returns nil for a script without them. The script is its own source: Cell.Line is the cell's first line in it, and
// what stands before the first mark is a cell when it holds anything.
func Percent(src []byte) []Cell {
	// Nearly every file has no marks, and this is asked of every file.
	if !bytes.Contains(src, []byte("%%")) && !bytes.HasPrefix(src, []byte(databricksHead)) {
		return nil
	}
	text := strings.ReplaceAll(strings.ReplaceAll(string(src), "\r\n", "\n"), "\r", "\n")
	databricks := strings.HasPrefix(text, databricksHead)
	var cells []Cell
	marks := 0
	current := Cell{Line: 1}
	var body strings.Builder
	flush := func() {
		current.Source = body.String()
		body.Reset()
		if strings.TrimSpace(current.Source) == "" && len(cells) == 0 && marks <= 1 {
			return // nothing before the first mark
		}
		current.Index = len(cells)
		cells = append(cells, current)
	}
	n := 0
	for l := range strings.Lines(text) {
		n++
		plain := strings.TrimRight(l, "\n \t")
		title, isMark := "", false
		if !strings.HasPrefix(plain, "#") {
		} else if m := percentMark.FindStringSubmatch(plain); m != nil {
			title, isMark = m[1], true
		} else if databricks && (plain == "# COMMAND ----------" || n == 1) {
			isMark = true
		}
		if !isMark {
			body.WriteString(l)
			continue
		}
		marks++
		flush()
		current = Cell{Line: n + 1}
		if percentKind.MatchString(title) {
			current.Kind = Markdown
			if strings.Contains(title, "[raw]") {
				current.Kind = Raw
			}
		}
		if m := percentTags.FindStringSubmatch(title); m != nil {
			for tag := range strings.SplitSeq(m[1], ",") {
				if tag = strings.Trim(strings.TrimSpace(tag), `"'`); tag != "" {
					current.Tags = append(current.Tags, tag)
				}
			}
		}
	}
	if marks == 0 {
		return nil
	}
	flush()
	var path headings
	for i := range cells {
		c := &cells[i]
		if text := strings.TrimLeft(c.Source, "\n"); databricks && strings.HasPrefix(text, "# MAGIC %") {
			// # MAGIC %md and # MAGIC %sql: the whole cell stands in comments.
			c.Magic, _, _ = strings.Cut(strings.TrimPrefix(firstLine(text), "# MAGIC %"), " ")
			if c.Kind = Raw; c.Magic == "md" {
				c.Kind = Markdown
			}
		}
		if c.Kind == Markdown {
			path.read(uncomment(c.Source))
		}
		c.Heading = path.above()
	}
	return cells
}

func firstLine(s string) string {
	l, _, _ := strings.Cut(s, "\n")
	return l
}

// uncomment takes the comment marks off markdown in a script; it may also stand in a string.
func uncomment(s string) string {
	var b strings.Builder
	for l := range strings.Lines(s) {
		l = strings.TrimPrefix(strings.TrimPrefix(l, "# MAGIC %md"), "# MAGIC")
		if l != "" && l[0] == '#' {
			l = l[1:]
		}
		b.WriteString(strings.TrimPrefix(l, " "))
	}
	return b.String()
}
