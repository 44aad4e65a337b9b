package standard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/standard/tomledit"
)

// AdoptOptions say how a repository is brought up to the standard.
type AdoptOptions struct {
	Owner  string
	Update bool // merge a newer standard than the lock's
	lock   *Lock
}

// Owned says whether the lock knows a file as a whole.
func (o *AdoptOptions) Owned(file string) bool {
	if o.lock == nil {
		return false
	}
	_, ok := o.lock.Keys[file]
	return ok
}

// An Outcome is what the merge decided for one key.
type Outcome string

const (
	Added    Outcome = "add"      // not there: written
	Updated  Outcome = "update"   // the standard's own value, and the standard changed
	Kept     Outcome = "keep"     // the user has another value: it stays
	Conflict Outcome = "conflict" // the user and the standard both changed it: the user's stays
	Same     Outcome = "same"
	Removed  Outcome = "removed" // the user took it out: it stays out
)

// A Decision is one key, what was decided, and why the standard wants it.
type Decision struct {
	Outcome Outcome
	Want    Want
	Yours   string // the value in the file, for Kept and Conflict
}

// A Plan is everything that adopting would do. Nothing has been written.
type Plan struct {
	Survey    *Survey
	Decisions []Decision
	Advice    []string
	Before    map[string]*string // by path; nil when the file is new
	After     map[string]string
	Missing   []*MissingTool
	// Removed are files that a migration leaves without a purpose; Before has their text.
	Removed []string
	// Newer is the standard's version when the lock is older and Update was not asked for: the plan is then empty.
	Newer int
	lock  *Lock
}

// A RuleCount is how often the code breaks one of Ruff's rules.
type RuleCount struct {
	Code, Name string
	Count      int
}

// decide is the three-way merge of one key. base is what the standard wanted last time (ok false: never), have what is in
// the file now (ok false: nothing), want what it wants now.
func decide(base string, hasBase bool, have string, hasHave bool, want string, equal func(a, b string) bool) Outcome {
	switch {
	case !hasHave && !hasBase:
		return Added
	case !hasHave:
		return Removed
	case equal(have, want):
		return Same
	case hasBase && equal(have, base):
		return Updated
	case hasBase && !equal(base, want):
		return Conflict
	}
	return Kept
}

const ruffIgnore = "pyproject.toml:tool.ruff.lint.ignore"

// MakePlan surveys the repository and decides every key.
func MakePlan(ctx context.Context, root string, o AdoptOptions, t *Tools) (*Plan, error) {
	return makePlan(ctx, root, o, t, Version, (*Survey).Wants)
}

func makePlan(ctx context.Context, root string, o AdoptOptions, t *Tools, version int, wants func(*Survey, AdoptOptions, []RuleCount) ([]Want, []string)) (*Plan, error) {
	lock, err := ReadLock(root)
	if err != nil {
		return nil, err
	}
	survey, err := Take(ctx, root, lock)
	if err != nil {
		return nil, err
	}
	o.lock = lock
	p := &Plan{Survey: survey, Before: map[string]*string{}, After: map[string]string{}}
	if lock.Version > version {
		return nil, fmt.Errorf("%s is of version %d of the standard, this program knows %d: use a newer one", LockPath, lock.Version, version)
	}
	if lock.Version > 0 && lock.Version < version && !o.Update {
		p.Newer = version
		p.lock = lock
		return p, nil
	}
	var broken []RuleCount
	if !survey.ruff && !lock.has(ruffIgnore) {
		broken, err = t.broken(ctx, survey)
		var missing *MissingTool
		if errors.As(err, &missing) {
			p.Missing = append(p.Missing, missing)
		} else if err != nil {
			return nil, err
		}
	}
	list, advice := wants(survey, o, broken)
	p.Advice = advice
	p.lock = &Lock{Version: version, Keys: map[string]Locked{}}
	if k, ok := lock.Keys[ruffIgnore]; ok && !survey.ruff {
		// Made once, when adopted: what is broken later is news and not to be ignored.
		list = append(list, Want{File: "pyproject.toml", Path: []string{"tool", "ruff", "lint", "ignore"}, Value: k.Value, Why: "what the code broke when adopted"})
	}
	for i := range list {
		if err := p.merge(list[i], lock); err != nil {
			return nil, err
		}
	}
	for name, k := range lock.Keys { // no longer wanted: the value stays and is the user's from now on
		if _, ok := p.lock.Keys[name]; !ok {
			p.lock.Keys[name] = Locked{"user", k.Value}
		}
	}
	p.text(LockPath)
	p.After[LockPath] = p.lock.Text()
	for name, after := range p.After {
		if before := p.Before[name]; before != nil && *before == after {
			delete(p.After, name)
		}
	}
	return p, nil
}

// text is the file's text as planned so far.
func (p *Plan) text(name string) string {
	if t, ok := p.After[name]; ok {
		return t
	}
	raw, err := os.ReadFile(filepath.Join(p.Survey.Root, filepath.FromSlash(name)))
	if err != nil {
		p.Before[name] = nil
		return ""
	}
	t := string(raw)
	p.Before[name] = &t
	p.After[name] = t
	return t
}

func plain(a, b string) bool { return a == b }

// sameTOML compares values without their layout and comments.
func sameTOML(a, b string) bool { return a == b || squeeze(a) == squeeze(b) }

func squeeze(s string) string {
	var b strings.Builder
	for _, l := range strings.Split(s, "\n") {
		if i := strings.Index(l, " #"); i >= 0 && strings.Count(l[:i], `"`)%2 == 0 {
			l = l[:i]
		}
		b.WriteString(strings.Join(strings.Fields(l), ""))
	}
	return strings.NewReplacer(",]", "]", "'", `"`).Replace(b.String())
}

func (p *Plan) merge(w Want, lock *Lock) error {
	key := w.Key()
	if _, done := p.lock.Keys[key]; done {
		return nil
	}
	base, hasBase := lock.Keys[key]
	text := p.text(w.File)
	equal := plain
	var have string
	var hasHave bool
	var doc *tomledit.Document
	switch w.form {
	case tomlKey, tomlElement:
		var err error
		if doc, err = tomledit.Parse(text); err != nil {
			return fmt.Errorf("%s: %w", w.File, err)
		}
		equal = sameTOML
		if w.form == tomlKey {
			have, hasHave = doc.Value(w.Path...)
			if !hasHave && doc.Has(w.Path...) {
				have, hasHave = "a table", true
			}
		} else {
			list, _ := doc.Elements(w.Path...)
			for _, e := range list {
				if elementName(e) == w.Name {
					have, hasHave = e, true
				}
			}
		}
	case line:
		hasHave = slices.Contains(strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), w.Value)
		have = w.Value
	case whole:
		hasHave = p.Before[w.File] != nil
		have = text
	}
	out := decide(base.Value, hasBase, have, hasHave, w.Value, equal)
	owner := "standard"
	if out == Kept || out == Conflict || out == Removed || out == Same && (!hasBase || base.Owner == "user") {
		owner = "user"
	}
	d := Decision{Outcome: out, Want: w}
	if out == Kept || out == Conflict {
		d.Yours = have
	}
	if out == Added || out == Updated {
		var err error
		switch w.form {
		case tomlKey:
			err = doc.Set(w.Value, w.Path...)
		case tomlElement:
			if out == Added {
				err = doc.Append(w.Value, w.Path...)
			} else {
				err = replaceElement(doc, have, w)
			}
		case line:
			if text != "" && !strings.HasSuffix(text, "\n") {
				text += "\n"
			}
			p.After[w.File] = text + w.Value + "\n"
		case whole:
			p.After[w.File] = w.Value
		}
		if err != nil {
			// The file says it in a way that cannot be added to without touching what is the user's.
			p.Advice = append(p.Advice, fmt.Sprintf("%s is left to you: %v", key, err))
			return nil
		}
		if doc != nil {
			p.After[w.File] = doc.String()
		}
	}
	p.Decisions = append(p.Decisions, d)
	p.lock.Keys[key] = Locked{owner, w.Value}
	return nil
}

func replaceElement(doc *tomledit.Document, have string, w Want) error {
	value, _ := doc.Value(w.Path...)
	return doc.Set(strings.Replace(value, have, w.Value, 1), w.Path...)
}

// elementName is the distribution that a requirement in a list is for.
func elementName(e string) string {
	s := tomledit.Unquote(e)
	end := strings.IndexFunc(s, func(r rune) bool {
		return !(r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	})
	if end >= 0 {
		s = s[:end]
	}
	return strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(s))
}

// Changes lists the files that would change, the lock last.
func (p *Plan) Changes() []string {
	var names []string
	for n := range p.After {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int {
		if (a == LockPath) != (b == LockPath) {
			if a == LockPath {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	})
	return names
}

// Apply writes the plan; each file appears whole. Undo puts everything back as it was.
func (p *Plan) Apply() error {
	for _, name := range p.Changes() {
		if err := writeFile(p.Survey.Root, name, p.After[name]); err != nil {
			return err
		}
	}
	for _, name := range p.Removed {
		if err := os.Remove(filepath.Join(p.Survey.Root, filepath.FromSlash(name))); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("remove %s: %w", name, cause(err))
		}
	}
	return nil
}

// Undo takes Apply back.
func (p *Plan) Undo() error {
	for _, name := range append(p.Changes(), p.Removed...) {
		if before := p.Before[name]; before != nil {
			if err := writeFile(p.Survey.Root, name, *before); err != nil {
				return err
			}
			continue
		}
		full := filepath.Join(p.Survey.Root, filepath.FromSlash(name))
		if err := os.Remove(full); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("remove %s: %w", name, cause(err))
		}
		for dir := filepath.Dir(full); dir != p.Survey.Root && os.Remove(dir) == nil; dir = filepath.Dir(dir) { // only empty ones go
		}
	}
	return nil
}

func writeFile(root, name, text string) error {
	full := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", name, cause(err))
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(full); err == nil {
		mode = info.Mode().Perm()
	}
	if real, err := filepath.EvalSymlinks(full); err == nil {
		full = real
	}
	temporary := full + ".roadworthy-new"
	if err := os.WriteFile(temporary, []byte(text), mode); err != nil {
		return fmt.Errorf("write %s: %w", name, cause(err))
	}
	if err := os.Rename(temporary, full); err != nil {
		os.Remove(temporary)
		return fmt.Errorf("write %s: %w", name, cause(err))
	}
	return nil
}

// broken asks Ruff which of the standard's rules the code breaks today.
func (t *Tools) broken(ctx context.Context, s *Survey) ([]RuleCount, error) {
	args := []string{"check", "--isolated", "--no-cache", "--exit-zero", "--statistics", "--output-format", "json", "--select", "E4,E7,E9,F,B,I,UP,S"}
	if s.Tests != "" {
		args = append(args, "--per-file-ignores", s.Tests+"/**:S101")
	}
	python := s.Python
	if python == "" && (s.Manager == "requirements" || s.Manager == "none") {
		python = oldestPython // what [project] will say
	}
	if python != "" {
		args = append(args, "--target-version", "py"+strings.ReplaceAll(python, ".", ""))
	}
	out, err := t.run(ctx, s.Root, 2*time.Minute, "ruff", append(args, ".")...)
	if err != nil {
		return nil, err
	}
	var list []struct {
		Code  string `json:"code"`
		Name  string `json:"name"`
		Count int    `json:"count"`
	}
	if err := json.Unmarshal(out, &list); err != nil {
		return nil, fmt.Errorf("read Ruff's statistics: %w", err)
	}
	var counts []RuleCount
	for _, r := range list {
		if r.Code != "" && r.Code != "invalid-syntax" {
			counts = append(counts, RuleCount{r.Code, r.Name, r.Count})
		}
	}
	slices.SortFunc(counts, func(a, b RuleCount) int { return strings.Compare(a.Code, b.Code) })
	return counts, nil
}

// Lockable says whether uv.lock is, or becomes, this project's lock.
func (p *Plan) Lockable() bool {
	if !p.Survey.Locks() {
		return false
	}
	text, ok := p.After["pyproject.toml"]
	if !ok {
		text = p.Survey.text("pyproject.toml")
	}
	return header(text, "project")
}
