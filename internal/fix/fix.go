// Package fix applies what findings say a machine can mend, and writes waivers.
//
// Plan takes the first fix of every open finding and checks the program again with the new text in place of the old, before
// anything is written: a fix counts only when its finding is gone and no finding, of any rule, has come. Fixes that fail this
// together are tried in halves, so that one that does harm does not keep the others back. Write then writes whole files and
// renames them into place, and refuses a file that changed meanwhile.
//
// Files keep everything that a fix does not name: their encoding and byte order mark, their line ends, of a notebook every
// byte outside the edited strings.
package fix

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/edit"
	"github.com/roadworthy-dev/roadworthy/internal/notebook"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// Outcome is what a plan comes to.
type Outcome struct {
	Files []File // sorted by path
	Fixed []Fixed
	Left  []Left
	// Checked is the program as it is with the new text.
	Checked *check.Checked

	root string
}

// File is one file before and after.
type File struct {
	Path          string // relative to the checked root
	Before, After []byte
}

// Fixed is a finding and how it is mended.
type Fixed struct {
	Finding diag.Finding
	Fix     diag.Fix
}

// Left is a finding with a fix that was not applied.
type Left struct {
	Finding diag.Finding
	Why     string
}

// maxChecks bounds the checks of the whole program for one plan.
const maxChecks = 40

// Plan finds out which fixes of a checked tree hold. opts are those of the check.
func Plan(ctx context.Context, before *check.Checked, opts check.Options) (*Outcome, error) {
	p := &planner{ctx: ctx, opts: opts, root: before.Root, current: before, overlay: maps.Clone(opts.Overlay), refused: map[string]bool{}}
	if p.overlay == nil {
		p.overlay = map[string][]byte{}
	}
	out := &Outcome{root: before.Root}
	for p.checks < maxChecks { // each round, what waited for others at the same place
		todo := p.candidates()
		if len(todo) == 0 {
			break
		}
		done, err := p.try(todo, out)
		if err != nil {
			return nil, err
		}
		if done == 0 {
			break
		}
	}
	out.Checked = p.current
	for _, path := range slices.Sorted(maps.Keys(p.overlay)) {
		old, err := before.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		if !bytes.Equal(old, p.overlay[path]) {
			out.Files = append(out.Files, File{path, old, p.overlay[path]})
		}
	}
	return out, nil
}

type planner struct {
	ctx     context.Context
	opts    check.Options
	root    string
	current *check.Checked
	overlay map[string][]byte
	refused map[string]bool // fixes that did harm, by finding
	checks  int
}

func key(f *diag.Finding) string {
	return fmt.Sprintf("%s\x00%s\x00%d\x00%d\x00%s", f.Rule, f.File, f.Cell, f.Line, f.Message)
}

// candidates are the fixes of the current findings that can be applied together.
func (p *planner) candidates() []Fixed {
	var list []Fixed
	var fixes []diag.Fix
	for _, f := range p.current.Result.Findings {
		if f.Waived == "" && !f.Baselined && len(f.Fixes) > 0 && !p.refused[key(&f)] {
			list = append(list, Fixed{f, f.Fixes[0]})
			fixes = append(fixes, f.Fixes[0])
		}
	}
	var chosen []Fixed
	for i, ok := range edit.Choose(fixes) {
		if ok {
			chosen = append(chosen, list[i])
		}
	}
	return chosen
}

// try applies the fixes that hold and says how many did. Their edits speak of the text that the current check saw, so after
// a part was applied the rest waits for the next round.
func (p *planner) try(todo []Fixed, out *Outcome) (int, error) {
	if p.checks >= maxChecks {
		for _, t := range todo {
			p.refuse(t, out, "left for another run: too many fixes have to be tried one by one")
		}
		return 0, nil
	}
	overlay, bad, why := p.text(todo)
	if bad >= 0 {
		p.refuse(todo[bad], out, why)
		rest := slices.Delete(slices.Clone(todo), bad, bad+1)
		if len(rest) == 0 {
			return 0, nil
		}
		return p.try(rest, out)
	}
	opts := p.opts
	opts.Overlay = overlay
	p.checks++
	after, err := check.Check(p.ctx, p.root, opts)
	if err != nil {
		return 0, err
	}
	fault := harm(p.current, after, todo)
	if fault == "" {
		p.current, p.overlay = after, overlay
		out.Fixed = append(out.Fixed, todo...)
		return len(todo), nil
	}
	if len(todo) == 1 {
		p.refuse(todo[0], out, fault)
		return 0, nil
	}
	n, err := p.try(todo[:len(todo)/2], out)
	if err != nil || n > 0 {
		return n, err
	}
	return p.try(todo[len(todo)/2:], out)
}

func (p *planner) refuse(f Fixed, out *Outcome, why string) {
	p.refused[key(&f.Finding)] = true
	out.Left = append(out.Left, Left{f.Finding, why})
}

// text is the overlay with the fixes applied; bad is the one that cannot be written, and why.
func (p *planner) text(todo []Fixed) (overlay map[string][]byte, bad int, why string) {
	overlay = maps.Clone(p.overlay)
	edits := map[string][]diag.Edit{}
	of := map[string]int{}
	for i, t := range todo {
		for _, e := range t.Fix.Edits {
			if !slices.Contains(edits[e.File], e) {
				edits[e.File] = append(edits[e.File], e)
			}
			of[e.File] = i
		}
	}
	for _, file := range slices.Sorted(maps.Keys(edits)) {
		raw, err := p.current.ReadFile(file)
		if err == nil {
			overlay[file], err = Apply(p.current, file, raw, edits[file])
		}
		if err != nil {
			return nil, of[file], err.Error()
		}
	}
	return overlay, -1, ""
}

// Apply puts edits, whose places are those of the analysed source, into a file's bytes.
func Apply(c *check.Checked, file string, raw []byte, edits []diag.Edit) ([]byte, error) {
	switch c.ClassOf(file) {
	case source.Notebook:
		return notebook.Rewrite(raw, edits)
	case source.Python:
		text, problem := source.Decode(raw)
		if problem != nil {
			return nil, errors.New(problem.Message)
		}
		out, err := edit.Apply(text, edits)
		if err != nil {
			return nil, err
		}
		return source.Encode(raw, out)
	}
	return edit.Apply(raw, edits)
}

// harm says what speaks against fixes, "" for nothing: each must take a finding of its rule away, and no rule may have more.
func harm(before, after *check.Checked, fixed []Fixed) string {
	was, is := count(before), count(after)
	goal := map[string]int{}
	for _, f := range fixed {
		goal[f.Finding.Rule]++
	}
	for _, rule := range slices.Sorted(maps.Keys(is)) {
		if is[rule] > was[rule] {
			return fmt.Sprintf("it would bring a finding of %s", rule)
		}
	}
	for rule, n := range goal {
		if is[rule] > was[rule]-n {
			return "the finding would still be there"
		}
	}
	return ""
}

// count is how many findings there are by rule, with those that are told as one.
func count(c *check.Checked) map[string]int {
	n := map[string]int{}
	for i := range c.Result.Findings {
		f := &c.Result.Findings[i]
		if f.Waived == "" && !f.Baselined {
			n[f.Rule] += 1 + f.Also
		}
	}
	return n
}

// Diff is the plan as a unified diff.
func (o *Outcome) Diff() string {
	var b bytes.Buffer
	for i := range o.Files {
		before := string(o.Files[i].Before)
		b.WriteString(edit.Diff(o.Files[i].Path, &before, string(o.Files[i].After)))
	}
	return b.String()
}

// Write writes the files. One that is not as it was when it was checked is left alone, and is an error.
func (o *Outcome) Write() error {
	var errs []error
	for i := range o.Files {
		f := &o.Files[i]
		if err := replace(filepath.Join(o.root, filepath.FromSlash(f.Path)), f.Before, f.After); err != nil {
			errs = append(errs, fmt.Errorf("write %s: %w", f.Path, err))
		}
	}
	return errors.Join(errs...)
}

// replace writes a file whole, beside itself, and renames it into place; a link keeps pointing where it points.
func replace(path string, before, after []byte) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	now, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, before) {
		return errors.New("it changed while it was checked: run again")
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return writeFile(path, after, info.Mode().Perm())
}

func writeFile(path string, text []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".roadworthy-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(text); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Chmod(f.Name(), mode); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
