package rule

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Docs are the pages of a family's package: `//go:embed *.md`.
type Docs struct{ FS fs.ReadFileFS }

// Read names a page. It is read when it is asked for.
func (d Docs) Read(name string) Doc { return Doc{d.FS, name} }

// Doc is a page that was not read yet.
type Doc struct {
	fs   fs.ReadFileFS
	name string
}

// Text is the page as Markdown.
func (d Doc) Text() (string, error) {
	b, err := d.fs.ReadFile(d.name)
	if err != nil {
		return "", fmt.Errorf("read rule page %s: %w", d.name, err)
	}
	return string(b), nil
}

// Page reads the page.
func (d Doc) Page() (*Page, error) {
	text, err := d.Text()
	if err != nil {
		return nil, err
	}
	p, err := ParsePage(text)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", d.name, err)
	}
	return p, nil
}

// Sections of a page, in their order. More cases may be left out.
var Sections = []string{"What it does", "Why it matters", "Example", "Use instead", "Fix", "Limits", "More cases"}

// A Page is a rule's documentation.
//
// It begins with "# name" and has the Sections as "## …". A fenced block of Python, or of any language with a path before it,
// is a file of an example:
//
//	`app/views.py`
//	```py
//	requests.get(url)  # finding: outbound-call-without-timeout
//	```
//
// A line with nothing but a path in backticks names the block that follows. A block joins the example before it when only
// such lines, and no other text, stand between them and the example has no file of that name yet. The comment
// `# finding: name` marks a line on which the rule must report; `# miss: name` one where it would be right to and does not,
// which is what Limits is for. A `fixed` block is its example's last file after --fix. A `toml` block is the configuration
// of every example in its section.
//
// A block whose path ends in .ipynb is a notebook: `# %%` begins a code cell, `# %% [3]` one that was run third, `# %% md` one of
// text, and lines after `#>` are what the cell printed.
type Page struct {
	Name     string
	Summary  string // the first sentence of What it does, without markup
	Sections []Section
	Examples []Example
}

// A Section is the Markdown below one heading.
type Section struct {
	Name string
	Text string
	Line int
}

// An Example is a small project.
type Example struct {
	Section string
	Line    int               // of its first block
	Files   map[string]string // by path; notebooks are in their own format, the section's configuration is roadworthy.toml
	Marks   []Mark            // in the order of the page
	Fixed   map[string]string // by path, for examples with a fixed block
}

// A Mark is a line that speaks of a finding.
type Mark struct {
	Rule string
	Miss bool
	File string
	Cell int // 1-based, 0 outside notebooks
	Line int // 1-based; 0 for the whole cell
	Page int // the line of the page
}

// Section is the one called name, nil when the page has none.
func (p *Page) Section(name string) *Section {
	for i := range p.Sections {
		if p.Sections[i].Name == name {
			return &p.Sections[i]
		}
	}
	return nil
}

type pageError struct {
	line    int
	message string
}

func (e pageError) Error() string { return fmt.Sprintf("%d: %s", e.line, e.message) }

func fault(line int, format string, args ...any) error {
	return pageError{line, fmt.Sprintf(format, args...)}
}

var pathLine = regexp.MustCompile("^`([^`\\s]+)`:?$")

// ParsePage reads a page. The error begins with the line.
func ParsePage(text string) (*Page, error) {
	p := &Page{}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if name, ok := strings.CutPrefix(lines[0], "# "); ok {
		p.Name = strings.TrimSpace(name)
	} else {
		return nil, fault(1, "a page begins with \"# name-of-the-rule\"")
	}
	b := builder{page: p, current: -1}
	for i := 1; i < len(lines); i++ {
		line := lines[i]
		switch {
		case strings.HasPrefix(line, "## "):
			if err := b.section(strings.TrimSpace(line[3:]), i+1); err != nil {
				return nil, err
			}
			continue
		case strings.HasPrefix(line, "```"):
			end := i + 1
			for end < len(lines) && strings.TrimRight(lines[end], " ") != "```" {
				end++
			}
			if end == len(lines) {
				return nil, fault(i+1, "the block is not closed")
			}
			if len(p.Sections) == 0 {
				return nil, fault(i+1, "the block stands before the first section")
			}
			if err := b.block(strings.TrimSpace(line[3:]), lines[i+1:end], i+1); err != nil {
				return nil, err
			}
			b.text(lines[i : end+1]...)
			i = end
			continue
		case pathLine.MatchString(line):
			b.path = pathLine.FindStringSubmatch(line)[1]
		case strings.TrimSpace(line) != "":
			b.path, b.current = "", -1
		}
		if len(p.Sections) == 0 && strings.TrimSpace(line) != "" {
			return nil, fault(i+1, "text stands before the first section")
		}
		b.text(line)
	}
	return p, b.finish()
}

type builder struct {
	page    *Page
	path    string // named by the line before
	current int    // index of the example that a block may join, or -1
	last    string // its last file
	toml    string // of the section
	first   int    // index of the section's first example
}

func (b *builder) text(lines ...string) {
	if n := len(b.page.Sections); n > 0 {
		s := &b.page.Sections[n-1]
		s.Text += strings.Join(lines, "\n") + "\n"
	}
}

func (b *builder) section(name string, line int) error {
	b.configure()
	at := slices.Index(Sections, name)
	if at < 0 {
		return fault(line, "unknown section %q; one of %s", name, strings.Join(Sections, ", "))
	}
	if n := len(b.page.Sections); n > 0 && slices.Index(Sections, b.page.Sections[n-1].Name) >= at {
		return fault(line, "%s is out of order", name)
	}
	b.page.Sections = append(b.page.Sections, Section{Name: name, Line: line})
	b.path, b.current, b.toml, b.first = "", -1, "", len(b.page.Examples)
	return nil
}

// configure gives the section's configuration to its examples.
func (b *builder) configure() {
	if b.toml != "" {
		for i := range b.page.Examples[b.first:] {
			b.page.Examples[b.first+i].Files["roadworthy.toml"] = b.toml
		}
	}
}

var languages = map[string]bool{"py": true, "python": true, "pyi": true}

func (b *builder) block(language string, lines []string, line int) error {
	text := ""
	if len(lines) > 0 {
		text = strings.Join(lines, "\n") + "\n"
	}
	path := b.path
	b.path = ""
	switch {
	case language == "toml" && path == "":
		if b.toml != "" {
			return fault(line, "the section has two configurations")
		}
		b.toml = text
		return nil
	case language == "fixed":
		if b.current < 0 {
			return fault(line, "no example stands right before this fixed block")
		}
		e := &b.page.Examples[b.current]
		if path == "" {
			path = b.last
		}
		if _, ok := e.Files[path]; !ok {
			return fault(line, "the example has no file %s to fix", path)
		}
		if e.Fixed == nil {
			e.Fixed = map[string]string{}
		}
		e.Fixed[path] = text
		return nil
	case !languages[language] && path == "":
		b.current = -1
		return nil // output, a command line: shown, not checked
	}
	section := b.page.Sections[len(b.page.Sections)-1].Name
	named := path != ""
	if !named {
		path = "example.py"
	}
	if b.current >= 0 && named {
		if _, taken := b.page.Examples[b.current].Files[path]; taken {
			b.current = -1
		}
	} else {
		b.current = -1
	}
	if b.current < 0 {
		b.current = len(b.page.Examples)
		b.page.Examples = append(b.page.Examples, Example{Section: section, Line: line, Files: map[string]string{}})
	}
	e := &b.page.Examples[b.current]
	b.last = path
	if strings.HasSuffix(path, ".ipynb") && languages[language] {
		notebook, marks, err := toNotebook(path, lines, line)
		if err != nil {
			return err
		}
		e.Files[path] = notebook
		e.Marks = append(e.Marks, marks...)
		return nil
	}
	e.Files[path] = text
	for i, l := range lines {
		e.Marks = append(e.Marks, marksOf(l, Mark{File: path, Line: i + 1, Page: line + i + 1})...)
	}
	return nil
}

var markForm = regexp.MustCompile(`\s*(?:#|//|<!--)\s*(finding|miss): ([a-z][a-z-]*(?:, [a-z][a-z-]*)*)(?:\s*-->)?\s*$`)

func marksOf(line string, m Mark) []Mark {
	g := markForm.FindStringSubmatch(line)
	if g == nil {
		return nil
	}
	var marks []Mark
	for _, name := range strings.Split(g[2], ", ") {
		m.Rule, m.Miss = name, g[1] == "miss"
		marks = append(marks, m)
	}
	return marks
}

// Unmark is a line of an example without its mark.
func Unmark(line string) string { return markForm.ReplaceAllString(line, "") }

var cellLine = regexp.MustCompile(`^# %%(?: \[(\d+)\]| (md))?$`)

// toNotebook turns a block into a notebook of format 4.5.
func toNotebook(path string, lines []string, line int) (string, []Mark, error) {
	type output struct {
		OutputType string   `json:"output_type"`
		Name       string   `json:"name"`
		Text       []string `json:"text"`
	}
	type cell struct {
		ID             string         `json:"id"`
		CellType       string         `json:"cell_type"`
		Metadata       map[string]any `json:"metadata"`
		Source         []string       `json:"source"`
		ExecutionCount *int           `json:"execution_count,omitempty"`
		Outputs        *[]output      `json:"outputs,omitempty"`
	}
	var cells []*cell
	var marks []Mark
	for i, l := range lines {
		if g := cellLine.FindStringSubmatch(l); g != nil {
			c := &cell{ID: fmt.Sprintf("cell-%d", len(cells)+1), CellType: "code", Metadata: map[string]any{}, Source: []string{}, Outputs: &[]output{}}
			if g[1] != "" {
				n, err := strconv.Atoi(g[1])
				if err != nil {
					return "", nil, fault(line+i+1, "bad execution count %s", g[1])
				}
				c.ExecutionCount = &n
			}
			if g[2] != "" {
				c.CellType, c.Outputs = "markdown", nil
			}
			cells = append(cells, c)
			continue
		}
		if len(cells) == 0 {
			return "", nil, fault(line+i+1, "a notebook begins with a line \"# %%%%\"")
		}
		c := cells[len(cells)-1]
		m := Mark{File: path, Cell: len(cells), Page: line + i + 1}
		if out, ok := strings.CutPrefix(l, "#>"); ok {
			if c.Outputs == nil {
				return "", nil, fault(line+i+1, "a cell of text prints nothing")
			}
			marks = append(marks, marksOf(l, m)...)
			if len(*c.Outputs) == 0 {
				*c.Outputs = append(*c.Outputs, output{OutputType: "stream", Name: "stdout"})
			}
			o := &(*c.Outputs)[0]
			o.Text = append(o.Text, strings.TrimPrefix(Unmark(out), " ")+"\n")
			continue
		}
		c.Source = append(c.Source, l+"\n")
		m.Line = len(c.Source)
		marks = append(marks, marksOf(l, m)...)
	}
	for _, c := range cells { // a cell's last line has no line end
		for n := len(c.Source); n > 0 && strings.TrimSpace(c.Source[n-1]) == ""; n = len(c.Source) {
			c.Source = c.Source[:n-1]
		}
		if n := len(c.Source); n > 0 {
			c.Source[n-1] = strings.TrimSuffix(c.Source[n-1], "\n")
		}
	}
	b, err := json.MarshalIndent(map[string]any{"cells": cells, "metadata": map[string]any{"language_info": map[string]any{"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}, "", " ")
	if err != nil {
		return "", nil, fault(line, "write notebook: %v", err)
	}
	return string(b) + "\n", marks, nil
}

func (b *builder) finish() error {
	b.configure()
	for _, name := range Sections[:len(Sections)-1] {
		s := b.page.Section(name)
		if s == nil {
			return fault(1, "the page has no section %s", name)
		}
		if strings.TrimSpace(s.Text) == "" {
			return fault(s.Line, "%s is empty", name)
		}
	}
	b.page.Summary = firstSentence(b.page.Section("What it does").Text)
	if b.page.Summary == "" {
		return fault(b.page.Section("What it does").Line, "What it does begins with a sentence")
	}
	return nil
}

var sentenceEnd = regexp.MustCompile(`[.:](\s|$)`)

// firstSentence is the first sentence of Markdown text, without backticks and emphasis, on one line.
func firstSentence(text string) string {
	paragraph, _, _ := strings.Cut(strings.TrimSpace(text), "\n\n")
	if strings.HasPrefix(paragraph, "```") {
		return ""
	}
	paragraph = strings.Join(strings.Fields(paragraph), " ")
	if at := sentenceEnd.FindStringIndex(paragraph); at != nil {
		paragraph = paragraph[:at[0]]
	}
	return strings.NewReplacer("`", "", "**", "").Replace(paragraph)
}

// Plain is a page as a reader wants it: without the marks that make its examples tests.
func Plain(markdown string) string {
	lines := strings.Split(markdown, "\n")
	for i, l := range lines {
		lines[i] = Unmark(l)
	}
	return strings.Join(lines, "\n")
}
