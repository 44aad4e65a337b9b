package check

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
)

// BaselineFile is where a baseline is kept, below the checked root.
const BaselineFile = ".roadworthy/baseline.json"

// A Fingerprint knows a finding again after its lines moved, its file was renamed and its code reformatted: by its rule, the
// function it is in and the code it points at, without white space and what formatters change. Findings whose function
// was renamed are known by rule and code alone.
type Fingerprint struct {
	Exact string `json:"exact"` // rule, function, code
	Code  string `json:"code"`  // rule, code
}

// Baseline is the findings that a team has set aside at once, to look at what is new.
type Baseline struct {
	Version  int             `json:"version"`
	Findings []BaselineEntry `json:"findings"`

	used []bool
}

// BaselineEntry is one finding of a baseline; Rule, File and Function are for people.
type BaselineEntry struct {
	Rule     string `json:"rule"`
	File     string `json:"file"`
	Function string `json:"function"`
	Fingerprint
}

// ReadBaseline reads a baseline; nil without an error when there is none.
func ReadBaseline(path string) (*Baseline, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read baseline: %w", err)
	}
	b := &Baseline{}
	if err := json.Unmarshal(raw, b); err != nil {
		return nil, fmt.Errorf("read baseline %s: %w", path, err)
	}
	if b.Version != 1 {
		return nil, fmt.Errorf("read baseline %s: its version is %d, this program knows 1", path, b.Version)
	}
	b.used = make([]bool, len(b.Findings))
	return b, nil
}

// digest tells baselines with other findings apart.
func (b *Baseline) digest() string {
	h := sha256.New()
	for i := range b.Findings {
		fmt.Fprintf(h, "%+v\n", &b.Findings[i])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// allUsed says what the check whose result is given again has found: it would have written a baseline without the entries that
// it did not use, which would have made another digest.
func (b *Baseline) allUsed() {
	for i := range b.used {
		b.used[i] = true
	}
}

// Write writes a baseline so that its diff is small: sorted, one finding a line.
func (b *Baseline) Write(path string) error {
	slices.SortFunc(b.Findings, func(x, y BaselineEntry) int {
		return strings.Compare(x.File+"\x00"+x.Rule+"\x00"+x.Function+"\x00"+x.Exact, y.File+"\x00"+y.Rule+"\x00"+y.Function+"\x00"+y.Exact)
	})
	var out bytes.Buffer
	out.WriteString("{\"version\": 1, \"findings\": [")
	for i, e := range b.Findings {
		line, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("write baseline: %w", err)
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n  ")
		out.Write(line)
	}
	out.WriteString("\n]}\n")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	return nil
}

// Stale is how many entries met no finding in the last check.
func (b *Baseline) Stale() int {
	n := 0
	for _, u := range b.used {
		if !u {
			n++
		}
	}
	return n
}

// Unused are the entries that met no finding in the last check.
func (b *Baseline) Unused() []BaselineEntry {
	var out []BaselineEntry
	for i, e := range b.Findings {
		if !b.used[i] {
			out = append(out, e)
		}
	}
	return out
}

// Shrink drops the stale entries: what was mended cannot come back unseen.
func (b *Baseline) Shrink() {
	kept := b.Findings[:0]
	for i, e := range b.Findings {
		if b.used[i] {
			kept = append(kept, e)
		}
	}
	b.Findings = kept
	b.used = make([]bool, len(kept))
	for i := range b.used {
		b.used[i] = true
	}
}

// apply marks the findings that the baseline holds. Each entry sets one finding aside: exact ones first, so that a copy of
// old code elsewhere is new.
func (b *Baseline) apply(findings []diag.Finding, prints []Fingerprint) {
	for pass := range 2 {
		at := map[string][]int{}
		for i, e := range b.Findings {
			if !b.used[i] {
				k := e.Exact
				if pass == 1 {
					k = e.Code
				}
				at[k] = append(at[k], i)
			}
		}
		for i := range findings {
			f := &findings[i]
			if f.Baselined || f.Waived != "" {
				continue
			}
			k := prints[i].Exact
			if pass == 1 {
				k = prints[i].Code
			}
			if list := at[k]; len(list) > 0 {
				b.used[list[0]] = true
				at[k] = list[1:]
				f.Baselined = true
			}
		}
	}
}

// Baseline makes a baseline of the findings that are open or already in one.
func (c *Checked) Baseline() *Baseline {
	b := &Baseline{Version: 1}
	for i := range c.Result.Findings {
		f := &c.Result.Findings[i]
		if f.Waived == "" {
			b.Findings = append(b.Findings, BaselineEntry{Rule: f.Rule, File: f.File, Function: c.function(f), Fingerprint: c.prints[i]})
		}
	}
	b.used = make([]bool, len(b.Findings))
	return b
}

func (c *Checked) fingerprints() {
	c.prints = make([]Fingerprint, len(c.Result.Findings))
	for i := range c.Result.Findings {
		f := &c.Result.Findings[i]
		code := c.snippet(f)
		c.prints[i] = Fingerprint{digest(f.Rule, c.function(f), code), digest(f.Rule, code)}
	}
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:10])
}

// function is the qualified name of the function a finding is in, without its module.
func (c *Checked) function(f *diag.Finding) string {
	i := c.fileAt(f.File)
	if i < 0 {
		return ""
	}
	fn := c.Analysis.Facts(c.funcAt(i, f.Span.Start))
	if fn.Kind == facts.ModuleBody {
		return ""
	}
	return c.Files[i].Facts.Str(fn.QualName)
}

// snippet is the code that a finding points at, normalized; where it points at none, its message.
func (c *Checked) snippet(f *diag.Finding) string {
	i := c.fileAt(f.File)
	if i < 0 || f.Span.End <= f.Span.Start {
		return f.Message
	}
	src := c.text(i).src
	if int(f.Span.End) > len(src) {
		return f.Message
	}
	return normalize(string(src[f.Span.Start:f.Span.End]))
}

var plain = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", "\\\n", "", "'", "\"", ",)", ")", ",]", "]", ",}", "}")

// normalize takes away what formatters change: white space, the kind of quotes, trailing commas.
func normalize(code string) string {
	code = strings.Join(strings.Fields(code), "")
	return plain.Replace(code)
}
