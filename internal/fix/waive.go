package fix

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/edit"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// A Waiver is one to be written into the configuration.
type Waiver struct {
	Rule, Work, Path     string
	Owner, Reason, Until string
}

// Waived is a configuration with a waiver added.
type Waived struct {
	File          string // as shown to the user
	Before, After string
	New           bool // the file does not exist yet
	Covers        int  // open findings that the waiver sets aside

	path string
}

// Waive prepares a waiver for a checked tree; nothing is written yet. It is an error when a part is missing, when the day is
// over, and when no open finding needs it: a waiver that nothing needs is a finding itself.
func Waive(c *check.Checked, w Waiver, now time.Time) (*Waived, error) {
	r, ok := rule.Find(w.Rule)
	if !ok {
		return nil, fmt.Errorf("no rule is called %s", w.Rule)
	}
	var missing []string
	for _, p := range []struct{ flag, value string }{{"--owner", w.Owner}, {"--reason", w.Reason}, {"--until", w.Until}} {
		if strings.TrimSpace(p.value) == "" {
			missing = append(missing, p.flag)
		}
	}
	if w.Work == "" && w.Path == "" {
		missing = append(missing, "--work or --path")
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("a waiver needs %s", strings.Join(missing, ", "))
	}
	day, err := time.Parse(time.DateOnly, w.Until)
	if err != nil {
		return nil, fmt.Errorf("%s is no day; write it as 2026-12-31", w.Until)
	}
	if !now.Before(day.AddDate(0, 0, 1)) {
		return nil, fmt.Errorf("%s is over", w.Until)
	}
	if w.Work != "" && c.Inventory.Find(w.Work) == nil {
		return nil, fmt.Errorf("no work is called %s", w.Work)
	}
	out := &Waived{Covers: covered(c, r, w)}
	if out.Covers == 0 {
		return nil, fmt.Errorf("no open finding of %s %s is there to waive", r.Code, r.Name)
	}
	out.File, out.path = c.Config.File, filepath.Join(c.Config.Dir, filepath.Base(filepath.FromSlash(c.Config.File)))
	if c.Config.File == "" {
		out.File, out.path = "roadworthy.toml", filepath.Join(c.Root, "roadworthy.toml")
	}
	text, err := os.ReadFile(out.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		out.New = true
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", out.File, err)
	}
	out.Before = string(text)
	header := "[[waiver]]"
	pyproject := filepath.Base(out.path) == "pyproject.toml"
	if pyproject {
		header = "[[tool.roadworthy.waiver]]"
	}
	line := "\n"
	if strings.Contains(out.Before, "\r\n") {
		line = "\r\n"
	}
	lines := []string{header, "rule = " + quote(r.Name)}
	if w.Work != "" {
		lines = append(lines, "work = "+quote(w.Work))
	}
	if w.Path != "" {
		lines = append(lines, "path = "+quote(w.Path))
	}
	lines = append(lines, "owner = "+quote(w.Owner), "reason = "+quote(w.Reason), "expires = "+w.Until, "")
	out.After = out.Before
	if out.After != "" {
		out.After = strings.TrimRight(out.After, "\r\n") + line + line
	}
	out.After += strings.Join(lines, line)
	if err := check.ValidateConfig([]byte(out.After), out.File, pyproject); err != nil {
		return nil, fmt.Errorf("add the waiver to %s: %w", out.File, err)
	}
	return out, nil
}

// covered is how many open findings the waiver speaks of.
func covered(c *check.Checked, r *rule.Rule, w Waiver) int {
	n := 0
	for i := range c.Result.Findings {
		f := &c.Result.Findings[i]
		if f.Rule == r.Code && f.Waived == "" && (w.Work == "" || slices.Contains(f.Work, w.Work)) && (w.Path == "" || source.NewIgnore(w.Path).Covers(f.File)) {
			n++
		}
	}
	return n
}

// quote writes a TOML basic string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(c))
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String() + `"`
}

// Diff is the change as a unified diff.
func (w *Waived) Diff() string {
	if w.New {
		return edit.Diff(w.File, nil, w.After)
	}
	return edit.Diff(w.File, &w.Before, w.After)
}

// Write writes the configuration.
func (w *Waived) Write() error {
	if w.New {
		if err := writeFile(w.path, []byte(w.After), 0o644); err != nil {
			return fmt.Errorf("write %s: %w", w.File, err)
		}
		return nil
	}
	if err := replace(w.path, []byte(w.Before), []byte(w.After)); err != nil {
		return fmt.Errorf("write %s: %w", w.File, err)
	}
	return nil
}
