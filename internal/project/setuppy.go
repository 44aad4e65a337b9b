package project

import (
	"path"
	"slices"
	"strings"
)

// setup.py is read as text: a program that may do anything is not run, but most say what matters in literals. The scanner
// splits the file into strings, names and punctuation, remembers what top-level names are assigned, and reads the
// arguments of the call of setup. What is computed is left out and makes the manifest Dynamic.

type pyToken struct {
	kind byte // 's' string, 'n' name or number, 'p' punctuation, 'l' end of a logical line
	text string
	line int
}

// maxLiteralDepth bounds how deep literals are followed; deeper is no literal a person wrote.
const maxLiteralDepth = 40

// scanPython splits Python text into tokens; comments vanish, brackets join lines.
func scanPython(text []byte) []pyToken {
	var out []pyToken
	s := string(text)
	line, depth := 1, 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\n':
			if depth == 0 {
				out = append(out, pyToken{'l', "", line})
			}
			line++
			i++
		case c == ' ' || c == '\t' || c == '\r' || c == '\f':
			i++
		case c == '\\':
			if i+1 < len(s) && s[i+1] == '\n' {
				line++
				i++
			}
			i++
		case c == '#':
			for i < len(s) && s[i] != '\n' {
				i++
			}
		case c == '"' || c == '\'':
			value, width, lines := scanPyString(s[i:], false)
			out = append(out, pyToken{'s', value, line})
			line += lines
			i += width
		case isNameStart(c):
			j := i
			for j < len(s) && (isNameStart(s[j]) || '0' <= s[j] && s[j] <= '9') {
				j++
			}
			word := s[i:j]
			if j < len(s) && (s[j] == '"' || s[j] == '\'') && len(word) <= 2 && strings.Trim(strings.ToLower(word), "rbuft") == "" {
				value, width, lines := scanPyString(s[j:], strings.ContainsAny(word, "rR"))
				kind := byte('s')
				if strings.ContainsAny(word, "fFtT") && strings.Contains(value, "{") {
					kind = 'f' // computed
				}
				out = append(out, pyToken{kind, value, line})
				line += lines
				i = j + width
				continue
			}
			out = append(out, pyToken{'n', word, line})
			i = j
		case '0' <= c && c <= '9':
			j := i
			for j < len(s) && (isNameStart(s[j]) || '0' <= s[j] && s[j] <= '9' || s[j] == '.') {
				j++
			}
			out = append(out, pyToken{'n', s[i:j], line})
			i = j
		default:
			switch c {
			case '(', '[', '{':
				depth++
			case ')', ']', '}':
				depth = max(depth-1, 0)
			}
			out = append(out, pyToken{'p', s[i : i+1], line})
			i++
		}
	}
	return append(out, pyToken{'l', "", line})
}

func isNameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80
}

// scanPyString reads a string literal that starts at its quote.
func scanPyString(s string, raw bool) (value string, width, lines int) {
	quote := s[:1]
	if len(s) >= 3 && s[1] == s[0] && s[2] == s[0] {
		quote = s[:3]
	}
	var b strings.Builder
	i := len(quote)
	for i < len(s) {
		if strings.HasPrefix(s[i:], quote) {
			return b.String(), i + len(quote), lines
		}
		if s[i] == '\n' {
			if len(quote) == 1 {
				return b.String(), i, lines // not closed on its line
			}
			lines++
		}
		if s[i] == '\\' && i+1 < len(s) {
			next := s[i+1]
			if next == '\n' {
				lines++
			}
			switch {
			case raw:
				b.WriteString(s[i : i+2])
			case next == 'n':
				b.WriteByte('\n')
			case next == 't':
				b.WriteByte('\t')
			case next == '\n':
			default:
				b.WriteByte(next)
			}
			i += 2
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String(), i, lines
}

// A pyLiteral is a string, a list, a dict, or computed.
type pyLiteral struct {
	line     int
	text     string
	isText   bool
	items    []pyLiteral // list, tuple, set
	keys     []pyLiteral // dict, beside items
	isDict   bool
	name     string // of a variable
	call     string // name of a called function: find_packages
	computed bool   // some part is not a literal
}

type pyReader struct {
	tokens []pyToken
	at     int
	names  map[string][]pyToken // what a top-level name is assigned
	used   map[string]bool      // names on the way, against circles
}

func (r *pyReader) peek() pyToken {
	if r.at < len(r.tokens) {
		return r.tokens[r.at]
	}
	return pyToken{kind: 'l'}
}

func (r *pyReader) is(p string) bool { t := r.peek(); return t.kind == 'p' && t.text == p }

// skip goes to the next comma or closing bracket of this level.
func (r *pyReader) skip() {
	depth := 0
	for ; r.at < len(r.tokens); r.at++ {
		t := r.tokens[r.at]
		if t.kind != 'p' {
			continue
		}
		switch t.text {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			if depth == 0 {
				return
			}
			depth--
		case ",":
			if depth == 0 {
				return
			}
		}
	}
}

// literal reads one expression up to a comma, colon of a dict, or closing bracket.
func (r *pyReader) literal(depth int) pyLiteral {
	t := r.peek()
	v := pyLiteral{line: t.line}
	if depth > maxLiteralDepth {
		r.skip()
		v.computed = true
		return v
	}
	switch {
	case t.kind == 's':
		v.isText = true
		for r.peek().kind == 's' { // neighbours are one string
			v.text += r.peek().text
			r.at++
		}
	case t.kind == 'p' && (t.text == "[" || t.text == "(" || t.text == "{"):
		closing := map[string]string{"[": "]", "(": ")", "{": "}"}[t.text]
		r.at++
		for r.at < len(r.tokens) && !r.is(closing) {
			before := r.at
			item := r.literal(depth + 1)
			if t.text == "(" {
				// An argument of a call: keyword or, with an empty key, by position.
				key := pyLiteral{}
				if r.is("=") {
					r.at++
					key = pyLiteral{line: item.line, text: item.name, isText: true}
					item = r.literal(depth + 1)
				}
				v.keys = append(v.keys, key)
			}
			if t.text == "{" && r.is(":") {
				r.at++
				v.isDict = true
				v.keys = append(v.keys, item)
				item = r.literal(depth + 1)
			}
			v.items = append(v.items, item)
			v.computed = v.computed || item.computed && !item.isText
			if r.is(",") {
				r.at++
			} else if !r.is(closing) {
				r.skip()
				v.computed = true
				if r.is(",") {
					r.at++
				}
			}
			if r.at == before {
				r.at++
			}
		}
		r.at++
		if t.text == "(" && len(v.items) == 1 && v.items[0].isText && !v.keys[0].isText {
			v = v.items[0] // parentheses around a string
		}
	case t.kind == 'n':
		r.at++
		name := t.text
		for r.is(".") && r.at+1 < len(r.tokens) && r.tokens[r.at+1].kind == 'n' {
			name += "." + r.tokens[r.at+1].text
			r.at += 2
		}
		if r.is("(") {
			// find_packages("src"), dict(a=…), list(…): the arguments are kept.
			v = r.literal(depth + 1)
			v.line, v.call, v.computed, v.isText = t.line, name, true, false
			break
		}
		if assigned, ok := r.names[name]; ok && !r.used[name] {
			r.used[name] = true
			inner := pyReader{tokens: assigned, names: r.names, used: r.used}
			v = inner.literal(depth + 1)
			v.computed = v.computed || inner.at < len(assigned)
			delete(r.used, name)
			v.name = name
			break
		}
		v.name, v.computed = name, true
	default:
		r.skip()
		v.computed = true
		return v
	}
	// "[…] + extra" keeps the part that is known, and the other if it is known as well.
	for r.is("+") {
		r.at++
		more := r.literal(depth + 1)
		v.computed = v.computed || more.computed
		v.items = append(v.items, more.items...)
		v.text += more.text
	}
	if t := r.peek(); t.kind != 'l' && !(t.kind == 'p' && strings.Contains(",:)]}=", t.text)) {
		r.skip()
		v.computed = true
	}
	return v
}

func (m *Manifest) setupPy(text []byte) {
	tokens := scanPython(text)
	names := map[string][]pyToken{}
	start := true
	depth := 0
	setup := -1
	for i, t := range tokens {
		if t.kind == 'p' {
			switch t.text {
			case "(", "[", "{":
				depth++
			case ")", "]", "}":
				depth--
			}
		}
		if t.kind == 'n' && t.text == "setup" && i+1 < len(tokens) && tokens[i+1].text == "(" && tokens[i+1].kind == 'p' &&
			(i == 0 || tokens[i-1].text != "def") {
			setup = i + 2
		}
		if start && t.kind == 'n' && i+1 < len(tokens) && tokens[i+1].kind == 'p' && tokens[i+1].text == "=" && (i+2 >= len(tokens) || tokens[i+2].text != "=") {
			end := i + 2
			for end < len(tokens) && tokens[end].kind != 'l' {
				end++
			}
			if _, again := names[t.text]; !again {
				names[t.text] = tokens[i+2 : min(end, len(tokens))]
			}
		}
		start = t.kind == 'l'
	}
	if setup < 0 {
		return
	}
	r := &pyReader{tokens: tokens, at: setup, names: names, used: map[string]bool{}}
	for r.at < len(tokens) && !r.is(")") {
		before := r.at
		t := r.peek()
		if t.kind == 'n' && r.at+1 < len(tokens) && tokens[r.at+1].text == "=" {
			r.at += 2
			m.setupArgument(t.text, r.literal(0), t.line)
		} else {
			// **kwargs and the like: something is not said here.
			m.Dynamic = m.Dynamic || t.kind == 'p' && t.text == "*"
			r.skip()
		}
		if r.is(",") {
			r.at++
		}
		if r.at == before {
			r.at++
		}
	}
	if m.Dynamic {
		// install_requires=open("requirements.txt").read().splitlines(): the file's name is all that is needed.
		for _, t := range tokens {
			if t.kind == 's' && isRequirementsName(baseOf(t.text)) && !slices.ContainsFunc(m.Includes, func(i Include) bool { return i.Path == t.text }) {
				m.Includes = append(m.Includes, Include{Path: path.Join(parentOf(m.Path), t.text), Line: t.line})
			}
		}
	}
}

func (m *Manifest) setupArgument(key string, v pyLiteral, line int) {
	requirements := func(v pyLiteral, group string, optional bool) {
		m.Dynamic = m.Dynamic || v.computed
		if v.isText {
			for l := range strings.Lines(v.text) {
				m.require(strings.TrimSpace(l), v.line, group, optional)
			}
		}
		if v.call != "" {
			return
		}
		for _, item := range v.items {
			if item.isText && !item.computed {
				m.require(item.text, item.line, group, optional)
			}
		}
	}
	switch key {
	case "name":
		if v.isText && !v.computed {
			m.Name = NormalizeName(v.text)
		}
	case "version":
		if v.isText && !v.computed {
			m.Version = v.text
		}
	case "python_requires":
		if v.isText && !v.computed {
			m.RequiresPython, m.RequiresPythonLine = v.text, line
		}
	case "install_requires":
		requirements(v, "", false)
	case "tests_require":
		requirements(v, "test", false)
	case "extras_require":
		m.Dynamic = m.Dynamic || v.computed
		for i, k := range v.keys {
			if k.isText && i < len(v.items) {
				name, _, _ := strings.Cut(k.text, ":") // "extra:marker"
				requirements(v.items[i], NormalizeName(name), name != "")
			}
		}
	case "package_dir":
		for i, k := range v.keys {
			if k.isText && i < len(v.items) && v.items[i].isText {
				m.packageDir(k.text, v.items[i].text)
			}
		}
	case "packages":
		if !strings.HasSuffix(v.call, "find_packages") && !strings.HasSuffix(v.call, "find_namespace_packages") {
			return
		}
		// find_packages("src") and find_packages(where="src").
		if v.text != "" {
			m.root(v.text)
		}
		for i, k := range v.keys {
			if (k.text == "where" || !k.isText && i == 0) && i < len(v.items) && v.items[i].isText {
				m.root(v.items[i].text)
			}
		}
	case "entry_points":
		for i, k := range v.keys {
			if !k.isText || i >= len(v.items) {
				continue
			}
			points := v.items[i].items
			if v.items[i].isText {
				points = []pyLiteral{v.items[i]}
			}
			for _, p := range points {
				for l := range strings.Lines(p.text) {
					if name, target, ok := strings.Cut(l, "="); ok {
						m.entryPoint(k.text, name, target, p.line)
					}
				}
			}
		}
		if v.isText {
			for _, s := range parseINI([]byte(v.text)) {
				for _, k := range s.keys {
					m.entryPoint(s.name, k.name, k.text(), v.line)
				}
			}
		}
	case "scripts":
		for _, item := range v.items {
			if item.isText && !item.computed {
				m.EntryPoints = append(m.EntryPoints, EntryPoint{Group: "scripts", Name: item.text, Line: item.line})
			}
		}
	}
}
