package project

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

// The schema is one table: validation, the nearest known key and docs/configuration.md all come from it. A section is a
// list of fields; a field knows its key, type, meaning and where its checked value goes.

// EffectKinds are the kinds of effect that contracts speak of.
var EffectKinds = []string{"net", "listen", "db", "db.write", "fs.read", "fs.write", "env", "subprocess", "sleep", "thread", "task", "log", "stdout",
	"clock", "random", "state", "model.load", "llm", "queue", "notify", "payment", "exec", "deserialize", "exit"}

type field[T any] struct {
	key      string
	typ      string // for people: "text", "list of text", "duration"
	doc      string
	example  string
	required bool
	set      func(ck *checker, into *T, v tomlValue, where string)
}

// A shape is a section without its type, which is what documentation and the root table need.
type sectionShape interface {
	describe() sectionDoc
	check(ck *checker, v tomlValue, where string)
}

type sectionDoc struct {
	header string // "[check]", "[job.NAME]"
	doc    string
	fields []fieldDoc
}

type fieldDoc struct {
	key, typ, doc, example string
	required               bool
}

// A section describes one table, one table per name, or an array of tables.
type section[T any] struct {
	key    string
	form   sectionForm
	doc    string
	fields []field[T]
	// make prepares a value before its fields are set; add stores it after.
	make  func(name string, line int) *T
	keys  func(*T) *Keys
	add   func(*T)
	after func(ck *checker, t *T, where string, line int)
	// other takes the keys that are not in fields, for sections with names of the user's or of rules.
	other    func(ck *checker, t *T, key string, v tomlValue, line int, where string)
	otherDoc []fieldDoc
	foreign  []string // keys that another feature reads and checks
}

type sectionForm uint8

const (
	single   sectionForm = iota // [check]
	named                       // [work.NAME]
	repeated                    // [[waiver]]
)

func (s *section[T]) header() string {
	switch s.form {
	case named:
		return "[" + s.key + ".NAME]"
	case repeated:
		return "[[" + s.key + "]]"
	}
	return "[" + s.key + "]"
}

func (s *section[T]) describe() sectionDoc {
	d := sectionDoc{header: s.header(), doc: s.doc}
	for _, f := range s.fields {
		d.fields = append(d.fields, fieldDoc{f.key, f.typ, f.doc, f.example, f.required})
	}
	d.fields = append(d.fields, s.otherDoc...)
	return d
}

func (s *section[T]) check(ck *checker, v tomlValue, where string) {
	switch s.form {
	case single:
		if t, ok := ck.table(v, where); ok {
			s.one(ck, t, "", where, v.line)
		}
	case named:
		t, ok := ck.table(v, where)
		if !ok {
			return
		}
		for _, name := range slices.Sorted(slices.Values(t.keys)) {
			e := t.entries[name]
			here := where + "." + name
			if sub, ok := e.value.any.(*tomlTable); ok {
				s.one(ck, sub, name, here, e.line)
			} else {
				ck.fail(e.line, s.nameHint(name), "%s must be a table: write %s", here, strings.Replace(s.header(), "NAME", "a-name", 1))
			}
		}
	case repeated:
		list, ok := v.any.([]tomlValue)
		if !ok {
			ck.fail(v.line, "write "+s.header()+", with two brackets", "%s must be an array of tables, not %s", where, typeName(v))
			return
		}
		for _, item := range list {
			if t, ok := ck.table(item, where); ok {
				s.one(ck, t, "", where, item.line)
			}
		}
	}
}

func (s *section[T]) nameHint(name string) string {
	for _, f := range s.fields {
		if f.key == name {
			return fmt.Sprintf("%s belongs inside a named table", name)
		}
	}
	return ""
}

func (s *section[T]) one(ck *checker, t *tomlTable, name, where string, line int) {
	into := s.make(name, line)
	keys := s.keys(into)
	*keys = Keys{}
	var known []string
	for _, f := range s.fields {
		known = append(known, f.key)
	}
	known = append(known, s.foreign...)
	for _, key := range t.keys {
		e := t.entries[key]
		(*keys)[key] = e.line
		i := slices.IndexFunc(s.fields, func(f field[T]) bool { return f.key == key })
		switch {
		case i >= 0:
			s.fields[i].set(ck, into, e.value, where+"."+key)
		case slices.Contains(s.foreign, key):
		case s.other != nil:
			s.other(ck, into, key, e.value, e.line, where+"."+key)
		default:
			ck.unknown(e.line, where, key, known)
		}
	}
	for _, f := range s.fields {
		if f.required && t.entries[f.key] == nil {
			ck.fail(line, fmt.Sprintf("add %s = %s", f.key, f.example), "%s has no %s", where, f.key)
		}
	}
	if s.after != nil {
		s.after(ck, into, where, line)
	}
	s.add(into)
}

type rootSchema []struct {
	key  string
	form sectionShape
}

func (r rootSchema) check(ck *checker, doc *tomlTable) {
	var known []string
	for _, s := range r {
		known = append(known, s.key)
	}
	for _, key := range doc.keys {
		e := doc.entries[key]
		i := slices.Index(known, key)
		if i < 0 {
			ck.unknown(e.line, strings.TrimSuffix(ck.prefix, "."), key, known)
			continue
		}
		r[i].form.check(ck, tomlValue{e.value.any, e.line}, ck.prefix+key)
	}
}

// A checker gathers faults.
type checker struct {
	file   string
	prefix string
	rules  map[string][]string
	errs   []*ConfigError
}

func (ck *checker) fail(line int, help, format string, args ...any) {
	ck.errs = append(ck.errs, &ConfigError{File: ck.file, Line: max(line, 1), Message: fmt.Sprintf(format, args...), Help: help})
}

func (ck *checker) unknown(line int, where, key string, known []string) {
	full := key
	if where != "" {
		full = where + "." + key
	}
	help := "known here: " + strings.Join(known, ", ")
	if near := nearest(key, known); near != "" {
		help = "did you mean " + near + "?"
	}
	ck.fail(line, help, "unknown key %s", full)
}

func (ck *checker) table(v tomlValue, where string) (*tomlTable, bool) {
	t, ok := v.any.(*tomlTable)
	if !ok {
		ck.fail(v.line, "", "%s must be a table, not %s", where, typeName(v))
	}
	return t, ok
}

func (ck *checker) wrong(v tomlValue, where, want, example string) {
	help := ""
	if example != "" {
		help = "for example " + example
	}
	ck.fail(v.line, help, "%s must be %s, not %s", where, want, typeName(v))
}

func typeName(v tomlValue) string {
	switch x := v.any.(type) {
	case string:
		if len(x) <= 40 {
			return strconv.Quote(x)
		}
		return "text"
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(x)
	case time.Time:
		return "a date"
	case tomlTime:
		return "a time of day"
	case []tomlValue:
		return "a list"
	case *tomlTable:
		return "a table"
	}
	return "nothing"
}

// nearest is the known word within a third of the length of the written one, in edits (insert, delete, replace, swap of
// neighbours); underscores for hyphens cost nothing.
func nearest(word string, known []string) string {
	fold := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "-") }
	best, bestDist := "", len(word)/3+1
	for _, k := range known {
		if d := editDistance(fold(word), fold(k), bestDist); d < bestDist || d == bestDist && best == "" {
			best, bestDist = k, d
		}
	}
	return best
}

func editDistance(a, b string, limit int) int {
	if len(a) > 64 || len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	prev2, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}

// The field makers, one a type.

func textField[T any](key, doc, example string, p func(*T) *string, valid ...func(string) string) field[T] {
	return field[T]{key: key, typ: "text", doc: doc, example: example, set: func(ck *checker, t *T, v tomlValue, where string) {
		s, ok := v.any.(string)
		if !ok {
			ck.wrong(v, where, "text", key+" = "+example)
			return
		}
		if strings.TrimSpace(s) == "" {
			ck.fail(v.line, "for example "+key+" = "+example, "%s is empty", where)
			return
		}
		for _, f := range valid {
			if fault := f(s); fault != "" {
				ck.fail(v.line, "for example "+key+" = "+example, "%s: %s", where, fault)
				return
			}
		}
		*p(t) = s
	}}
}

func enumField[T any, E ~string](key, doc string, values []E, p func(*T) *E) field[T] {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return field[T]{key: key, typ: "one of " + strings.Join(words, ", "), doc: doc, example: strconv.Quote(words[0]),
		set: func(ck *checker, t *T, v tomlValue, where string) {
			s, ok := v.any.(string)
			if !ok || !slices.Contains(words, s) {
				ck.notOneOf(v, where, words)
				return
			}
			*p(t) = E(s)
		}}
}

func (ck *checker) notOneOf(v tomlValue, where string, words []string) {
	help := ""
	if s, ok := v.any.(string); ok {
		if near := nearest(s, words); near != "" {
			help = "did you mean " + near + "?"
		}
	}
	ck.fail(v.line, help, "%s must be one of %s, not %s", where, strings.Join(words, ", "), typeName(v))
}

func tierField[T any](doc string, p func(*T) *Tier) field[T] {
	words := tierNames[1:]
	return field[T]{key: "tier", typ: "one of " + strings.Join(words, ", "), doc: doc, example: `"business-critical"`,
		set: func(ck *checker, t *T, v tomlValue, where string) {
			s, _ := v.any.(string)
			tier, ok := ParseTier(s)
			if !ok {
				ck.notOneOf(v, where, words)
				return
			}
			*p(t) = tier
		}}
}

func listField[T any](key, doc, example string, p func(*T) *[]string, words ...string) field[T] {
	typ := "list of text"
	if len(words) > 0 {
		typ = "list of " + strings.Join(words, ", ")
	}
	return field[T]{key: key, typ: typ, doc: doc, example: example, set: func(ck *checker, t *T, v tomlValue, where string) {
		list, ok := v.any.([]tomlValue)
		if !ok {
			ck.wrong(v, where, "a list of text", key+" = "+example)
			return
		}
		out := []string{}
		for _, item := range list {
			s, ok := item.any.(string)
			if !ok || s == "" {
				ck.wrong(item, "each entry of "+where, "text", key+" = "+example)
				continue
			}
			if len(words) > 0 && !slices.Contains(words, s) {
				ck.notOneOf(item, "each entry of "+where, words)
				continue
			}
			out = append(out, s)
		}
		*p(t) = out
	}}
}

func intField[T any](key, doc, example string, least int, p func(*T) *int) field[T] {
	return field[T]{key: key, typ: fmt.Sprintf("whole number, at least %d", least), doc: doc, example: example,
		set: func(ck *checker, t *T, v tomlValue, where string) {
			n, ok := v.any.(int64)
			if !ok || n < int64(least) || n > math.MaxInt32 {
				ck.wrong(v, where, fmt.Sprintf("a whole number of at least %d", least), key+" = "+example)
				return
			}
			*p(t) = int(n)
		}}
}

func numberField[T any](key, doc, example string, p func(*T) *float64) field[T] {
	return field[T]{key: key, typ: "number, not negative", doc: doc, example: example, set: func(ck *checker, t *T, v tomlValue, where string) {
		n, ok := v.any.(float64)
		if i, isInt := v.any.(int64); isInt {
			n, ok = float64(i), true
		}
		if !ok || !(n >= 0) || math.IsInf(n, 0) {
			ck.wrong(v, where, "a number that is not negative", key+" = "+example)
			return
		}
		*p(t) = n
	}}
}

func durationField[T any](key, doc, example string, p func(*T) *time.Duration) field[T] {
	return field[T]{key: key, typ: "duration", doc: doc, example: example, set: func(ck *checker, t *T, v tomlValue, where string) {
		s, _ := v.any.(string)
		d, ok := ParseDuration(s)
		if !ok || d <= 0 {
			ck.wrong(v, where, `a duration such as "30s", "5m", "1h30m" or "2d"`, "")
			return
		}
		*p(t) = d
	}}
}

func textsTable[T any](key, doc, example string, p func(*T) *map[string]string) field[T] {
	return field[T]{key: key, typ: "table of text", doc: doc, example: example, set: func(ck *checker, t *T, v tomlValue, where string) {
		table, ok := v.any.(*tomlTable)
		if !ok {
			ck.wrong(v, where, "a table of text", key+" = "+example)
			return
		}
		out := map[string]string{}
		for _, k := range table.keys {
			e := table.entries[k]
			s, ok := e.value.any.(string)
			if !ok {
				ck.wrong(tomlValue{e.value.any, e.line}, where+"."+k, "text", "")
				continue
			}
			out[k] = s
		}
		*p(t) = out
	}}
}

// commandField takes a list of words, or one line for the shell.
func commandField[T any](doc string, words func(*T) *[]string, line func(*T) *string) field[T] {
	return field[T]{key: "command", typ: "list of text, or one text for the shell", doc: doc, example: `["python", "-m", "acme.sync"]`,
		set: func(ck *checker, t *T, v tomlValue, where string) {
			if s, ok := v.any.(string); ok && strings.TrimSpace(s) != "" {
				*line(t) = s
				return
			}
			list, ok := v.any.([]tomlValue)
			var out []string
			for _, item := range list {
				s, isText := item.any.(string)
				ok = ok && isText
				out = append(out, s)
			}
			if !ok || len(out) == 0 || out[0] == "" {
				ck.wrong(v, where, "a list of text or one text that is not empty", `command = ["python", "-m", "acme.sync"]`)
				return
			}
			*words(t) = out
		}}
}

func dateField[T any](key, doc string, p func(*T) *time.Time) field[T] {
	return field[T]{key: key, typ: "date", doc: doc, example: "2027-03-31", set: func(ck *checker, t *T, v tomlValue, where string) {
		d, ok := v.any.(time.Time)
		if s, isText := v.any.(string); isText {
			var err error
			d, err = time.Parse("2006-01-02", s)
			ok = err == nil
		}
		if !ok {
			ck.wrong(v, where, "a date", key+" = 2027-03-31")
			return
		}
		*p(t) = time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
	}}
}

func required[T any](f field[T]) field[T] { f.required = true; return f }

// ParseDuration reads "90s", "5m", "1h30m", "2d", "1d12h", "250ms".
func ParseDuration(s string) (time.Duration, bool) {
	var total time.Duration
	for s != "" {
		i := 0
		for i < len(s) && ('0' <= s[i] && s[i] <= '9' || s[i] == '.') {
			i++
		}
		j := i
		for j < len(s) && 'a' <= s[j] && s[j] <= 'z' {
			j++
		}
		n, err := strconv.ParseFloat(s[:i], 64)
		unit := map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[s[i:j]]
		if err != nil || unit == 0 || n*float64(unit) > float64(math.MaxInt64/2) {
			return 0, false
		}
		if total += time.Duration(n * float64(unit)); total < 0 || total > math.MaxInt64/2 {
			return 0, false
		}
		s = s[j:]
	}
	return total, total > 0
}

// ParseSize reads "512MB", "2GiB" or "1G" as bytes; like most tools that limit memory, it takes every unit as a power of
// 1024.
func ParseSize(s string) (int64, bool) {
	i := 0
	for i < len(s) && ('0' <= s[i] && s[i] <= '9' || s[i] == '.') {
		i++
	}
	n, err := strconv.ParseFloat(s[:i], 64)
	unit := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(s[i:])), "B"), "I")
	scale, ok := map[string]float64{"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}[unit]
	if err != nil || !ok || n*scale < 1 || n*scale > 1<<60 {
		return 0, false
	}
	return int64(n * scale), true
}

// ParseRate reads "100/1m" or "10/s".
func ParseRate(s string) (Rate, bool) {
	count, per, ok := strings.Cut(s, "/")
	n, err := strconv.Atoi(strings.TrimSpace(count))
	per = strings.TrimSpace(per)
	if per != "" && (per[0] < '0' || per[0] > '9') {
		per = "1" + per
	}
	d, good := ParseDuration(per)
	if !ok || err != nil || !good || n < 1 {
		return Rate{}, false
	}
	return Rate{Count: n, Per: d}, true
}

// ParseBackoff reads "exponential 10s", "fixed 30s", "linear 5s max 10m", or "10s", which is exponential.
func ParseBackoff(s string) (Backoff, bool) {
	words := strings.Fields(s)
	if len(words) == 1 || len(words) == 3 {
		words = append([]string{"exponential"}, words...)
	}
	if len(words) != 2 && (len(words) != 4 || words[2] != "max") {
		return Backoff{}, false
	}
	b := Backoff{Kind: words[0]}
	base, ok := ParseDuration(words[1])
	b.Base = base
	if len(words) == 4 {
		var good bool
		b.Max, good = ParseDuration(words[3])
		ok = ok && good && b.Max >= b.Base
	}
	return b, ok && slices.Contains([]string{"fixed", "linear", "exponential"}, b.Kind)
}

func relativePath(s string) string {
	if path.IsAbs(s) || strings.Contains(s, `\`) || len(s) > 1 && s[1] == ':' {
		return "must be a path relative to the configuration, with forward slashes"
	}
	return ""
}

func severityWord(v tomlValue) (diag.Severity, bool) {
	s, ok := v.any.(string)
	if !ok {
		return diag.Off, false
	}
	return diag.ParseSeverity(s)
}
