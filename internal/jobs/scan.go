//go:build linux || darwin

package jobs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// FromConfig is the Finder that reads the [job.NAME] tables.
func FromConfig(root string) ([]Declaration, error) {
	c, err := LoadConfig(root)
	return c.Jobs, err
}

// Find joins finders; a job in the configuration replaces the decorated function of the same name, with the settings the
// table leaves out taken from the decorator.
func Find(root string, finders ...Finder) ([]Declaration, error) {
	var out []Declaration
	seen := map[string]int{}
	for _, find := range finders {
		decls, err := find(root)
		if err != nil {
			return nil, err
		}
		for _, d := range decls {
			if i, ok := seen[d.Name]; ok && out[i].Entry == d.Entry {
				continue
			}
			seen[d.Name] = len(out)
			out = append(out, d)
		}
	}
	return out, nil
}

// FromSource is the Finder that reads decorated functions out of Python source: `@roadworthy.job`, or `@job` where the
// file says `from roadworthy import job`. It reads text and runs nothing; options that are not literals are an error,
// because what they will be is only known when the code runs.
func FromSource(root string) ([]Declaration, error) {
	var out []Declaration
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			if path == root {
				return err
			}
			return nil // unreadable corners of a tree hold no jobs
		}
		name := e.Name()
		if e.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || slices.Contains([]string{"node_modules", "__pycache__", "site-packages", "dist", "build"}, name)) {
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(path, "pyvenv.cfg")); err == nil && path != root {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".py") || !e.Type().IsRegular() {
			return nil
		}
		if info, err := e.Info(); err != nil || info.Size() > 4<<20 {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), "roadworthy") {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		decls, err := scanSource(filepath.ToSlash(rel), string(text))
		out = append(out, decls...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for jobs: %w", err)
	}
	return out, nil
}

type pyToken struct {
	kind byte // n name, s string, d number, p punctuation, \n end of line, e end
	text string
	line int
	col  int
}

// pyTokens splits Python source as far as finding decorators needs: strings and comments are recognised, so that what
// they contain is not code, and lines inside brackets are joined.
func pyTokens(src string) []pyToken {
	var out []pyToken
	line, depth, start := 1, 0, 0
	for i := 0; i < len(src); {
		c := src[i]
		col := i - start
		switch {
		case c == '\n':
			if depth == 0 {
				out = append(out, pyToken{'\n', "", line, col})
			}
			line++
			i++
			start = i
		case c == '\\' && i+1 < len(src) && src[i+1] == '\n':
			line++
			i += 2
			start = i
		case c == ' ' || c == '\t' || c == '\r' || c == '\f':
			i++
		case c == '#':
			for i < len(src) && src[i] != '\n' {
				i++
			}
		case c == '"' || c == '\'':
			end, text := pyString(src, i, strings.ContainsAny(prefixOf(src, i), "rR"))
			out = append(out, pyToken{'s', text, line, col})
			line += strings.Count(src[i:end], "\n")
			if n := strings.LastIndexByte(src[i:end], '\n'); n >= 0 {
				start = i + n + 1
			}
			i = end
		case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80:
			j := i
			for j < len(src) && (src[j] == '_' || src[j] >= 'a' && src[j] <= 'z' || src[j] >= 'A' && src[j] <= 'Z' || src[j] >= '0' && src[j] <= '9' || src[j] >= 0x80) {
				j++
			}
			if j < len(src) && (src[j] == '"' || src[j] == '\'') && j-i <= 2 && strings.Trim(src[i:j], "rRbBuUfFtT") == "" {
				i = j // a string's prefix
				continue
			}
			out = append(out, pyToken{'n', src[i:j], line, col})
			i = j
		case c >= '0' && c <= '9':
			j := i
			for j < len(src) && (src[j] == '_' || src[j] == '.' || src[j] >= '0' && src[j] <= '9' || src[j] >= 'a' && src[j] <= 'z') {
				j++
			}
			out = append(out, pyToken{'d', src[i:j], line, col})
			i = j
		default:
			switch c {
			case '(', '[', '{':
				depth++
			case ')', ']', '}':
				depth = max(0, depth-1)
			}
			out = append(out, pyToken{'p', string(c), line, col})
			i++
		}
	}
	return append(out, pyToken{'\n', "", line, 0}, pyToken{'e', "", line, 0})
}

func prefixOf(src string, i int) string {
	j := i
	for j > 0 && strings.IndexByte("rRbBuUfFtT", src[j-1]) >= 0 {
		j--
	}
	return src[j:i]
}

// pyString reads a string literal that starts at its first quote; it returns where it ends and its value.
func pyString(src string, i int, raw bool) (int, string) {
	quote := src[i : i+1]
	if strings.HasPrefix(src[i:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	var b strings.Builder
	for i += len(quote); i < len(src); {
		switch {
		case strings.HasPrefix(src[i:], quote):
			return i + len(quote), b.String()
		case src[i] == '\\' && i+1 < len(src):
			if raw {
				b.WriteString(src[i : i+2])
			} else if r, ok := map[byte]string{'n': "\n", 't': "\t", '\\': "\\", '\'': "'", '"': `"`, '\n': ""}[src[i+1]]; ok {
				b.WriteString(r)
			} else {
				b.WriteString(src[i : i+2])
			}
			i += 2
		case src[i] == '\n' && len(quote) == 1:
			return i, b.String() // unterminated
		default:
			b.WriteByte(src[i])
			i++
		}
	}
	return i, b.String()
}

// scanSource finds the decorated functions of one file.
func scanSource(file, src string) ([]Declaration, error) {
	toks := pyTokens(src)
	names := map[string]bool{"roadworthy.job": true}
	var out []Declaration
	at := func(i int) pyToken { return toks[min(i, len(toks)-1)] }
	is := func(i int, text string) bool { return at(i).kind != 's' && at(i).text == text }
	for i := 0; i < len(toks); {
		first := at(i)
		switch {
		case first.kind == 'n' && first.text == "import" && is(i+1, "roadworthy") && is(i+2, "as"):
			names[at(i+3).text+".job"] = true
		case first.kind == 'n' && first.text == "from" && is(i+1, "roadworthy") && is(i+2, "import"):
			for j := i + 3; at(j).kind != '\n' && at(j).kind != 'e'; j++ {
				if is(j, "job") {
					if is(j+1, "as") {
						names[at(j+2).text] = true
					} else {
						names["job"] = true
					}
				}
			}
		case is(i, "@"):
			j := i + 1
			var dotted []string
			for at(j).kind == 'n' {
				dotted = append(dotted, at(j).text)
				j++
				if !is(j, ".") {
					break
				}
				j++
			}
			if !names[strings.Join(dotted, ".")] {
				break
			}
			d := Declaration{Retries: defaultRetries, File: file, Line: first.line}
			if is(j, "(") {
				end, err := scanOptions(&d, toks, j+1, first.line)
				if err != nil {
					return nil, fmt.Errorf("%s:%w", file, err)
				}
				j = end
			}
			// Other decorators may stand between this one and the function.
			for at(j).kind != 'e' {
				for at(j).kind == '\n' {
					j++
				}
				if !is(j, "@") {
					break
				}
				for at(j).kind != '\n' && at(j).kind != 'e' {
					j++
				}
			}
			if is(j, "async") {
				d.Async = true
				j++
			}
			if is(j, "def") && at(j+1).kind == 'n' {
				fn := at(j + 1)
				if first.col > 0 {
					return nil, fmt.Errorf("%s:%d: %s is declared as a job inside a class or function: move it to the top of the module", file, first.line, fn.text)
				}
				if d.Name == "" {
					d.Name = fn.text
				}
				d.Entry = file + ":" + fn.text
				out = append(out, d)
			}
			i = j
		}
		for at(i).kind != '\n' && at(i).kind != 'e' {
			i++
		}
		i++
	}
	return out, nil
}

// scanOptions reads the keyword arguments of a decorator, from after its bracket, and returns where they end.
func scanOptions(d *Declaration, toks []pyToken, i, line int) (int, error) {
	texts := map[string]string{}
	expect := map[string]string{}
	bad := func(name, want string) error {
		return fmt.Errorf("%d: %s of @roadworthy.job has to be %s written out here: jobs are found by reading the source, not by running it", line, name, want)
	}
	for i < len(toks) {
		t := toks[i]
		switch {
		case t.kind == 'p' && t.text == ")":
			return i + 1, d.texts(texts["backoff"], texts["backoff_max"], texts["time_limit"], texts["grace"], texts["memory_limit"], texts["rate"], texts["late"], texts["max_age"], expect)
		case t.kind == '\n' || t.kind == 'p' && t.text == ",":
			i++
			continue
		case t.kind != 'n' || i+1 >= len(toks) || toks[i+1].text != "=":
			return i, fmt.Errorf("%d: @roadworthy.job takes named options only", line)
		}
		name := t.text
		i += 2
		var list []string
		var str string
		var num float64
		kind := byte(0)
		sign := 1.0
		switch v := toks[i]; {
		case v.kind == 's':
			for i < len(toks) && toks[i].kind == 's' { // adjacent literals are one
				str += toks[i].text
				i++
			}
			kind = 's'
		case v.kind == 'p' && v.text == "-" && toks[i+1].kind == 'd':
			sign = -1
			i++
			fallthrough
		case v.kind == 'd':
			n, err := strconv.ParseFloat(strings.ReplaceAll(toks[i].text, "_", ""), 64)
			if err != nil {
				return i, bad(name, "a number")
			}
			num, kind = sign*n, 'd'
			i++
		case v.kind == 'n' && (v.text == "True" || v.text == "False" || v.text == "None"):
			str, kind = v.text, 'b'
			i++
		case v.kind == 'p' && (v.text == "[" || v.text == "("):
			for i++; i < len(toks) && toks[i].text != "]" && toks[i].text != ")" || toks[i].kind == 's'; i++ {
				if toks[i].kind == 's' {
					list = append(list, toks[i].text)
				} else if toks[i].text != "," {
					return i, bad(name, "a list of strings")
				}
			}
			i++
			kind = 'l'
		default:
			return i, bad(name, "a literal")
		}
		if i < len(toks) && toks[i].text != "," && toks[i].text != ")" {
			return i, bad(name, "a literal")
		}
		if str == "None" && kind == 'b' {
			continue
		}
		want := func(k byte) error {
			if k != kind {
				return bad(name, map[byte]string{'s': "a string", 'd': "a number", 'l': "a list of strings", 'b': "True or False"}[k])
			}
			return nil
		}
		var err error
		switch name {
		case "name", "schedule", "time_zone", "missed", "queue", "limit_key", "key", "owner", "tier":
			if err = want('s'); err == nil {
				*map[string]*string{"name": &d.Name, "schedule": &d.Schedule, "time_zone": &d.Zone, "missed": &d.Missed, "queue": &d.Queue,
					"limit_key": &d.LimitKey, "key": &d.Key, "owner": &d.Owner, "tier": &d.Tier}[name] = str
			}
		case "backoff", "backoff_max", "time_limit", "grace", "memory_limit", "rate", "late", "max_age":
			err = want('s')
			texts[name] = str
		case "retries", "concurrency", "per_key", "priority", "slots":
			if err = want('d'); err == nil {
				*map[string]*int{"retries": &d.Retries, "concurrency": &d.Concurrency, "per_key": &d.PerKey, "priority": &d.Priority, "slots": &d.Slots}[name] = int(num)
			}
		case "failure_rate":
			err = want('d')
			d.FailureRate = num
		case "after", "alert":
			if kind == 's' {
				list, kind = []string{str}, 'l'
			}
			if err = want('l'); err == nil {
				*map[string]*[]string{"after": &d.After, "alert": &d.Alerts}[name] = list
			}
		case "strict":
			err = want('b')
			d.Strict = str == "True"
		default:
			known := []string{"name", "schedule", "time_zone", "missed", "queue", "limit_key", "key", "owner", "tier", "backoff", "backoff_max", "time_limit", "grace",
				"memory_limit", "rate", "late", "max_age", "retries", "concurrency", "per_key", "priority", "slots", "failure_rate", "after", "alert", "strict"}
			err = fmt.Errorf("%d: unknown option %s of @roadworthy.job: did you mean %s?", line, name, nearest(name, known))
		}
		if err != nil {
			return i, err
		}
	}
	return i, fmt.Errorf("%d: @roadworthy.job(…) is not closed", line)
}
