package notebook

import "strings"

// lexer knows, between lines, whether Python is inside a string, a bracket or a continued line. It knows no more of
// Python than that takes: strings, replacement fields of f-strings (which may hold strings again), brackets, comments.
type lexer struct {
	modes     []mode // what the place is inside of; empty for plain code
	depth     int    // open brackets of the innermost code
	continued bool   // the line ended with a backslash
}

// mode is a string, or a part of an f-string.
type mode struct {
	quote  string // of a string: ", ', """ or '''; "" for a replacement field, ":" for a format specification
	format bool   // f-string or t-string
	depth  int    // of the code around it
}

// start is true where a statement can start.
func (l *lexer) start() bool { return len(l.modes) == 0 && l.depth == 0 && !l.continued }

func (l *lexer) open() bool { return !l.start() }

func (l *lexer) push(quote string, format bool) {
	l.modes = append(l.modes, mode{quote, format, l.depth})
	l.depth = 0
}

func (l *lexer) pop() {
	l.depth = l.modes[len(l.modes)-1].depth
	l.modes = l.modes[:len(l.modes)-1]
}

// scan reads one line.
func (l *lexer) scan(s string) {
	l.continued = false
	for i := 0; i < len(s); {
		if n := len(l.modes); n > 0 && l.modes[n-1].quote != "" {
			i = l.scanString(s, i, l.modes[n-1])
			continue
		}
		field := len(l.modes) > 0
		switch c := s[i]; {
		case c == '#':
			i = len(s)
		case c == '(' || c == '[' || c == '{':
			l.depth++
			i++
		case field && l.depth == 0 && c == '}':
			l.pop()
			i++
		case field && l.depth == 0 && c == ':':
			l.push(":", true)
			i++
		case c == ')' || c == ']' || c == '}':
			l.depth = max(l.depth-1, 0)
			i++
		case c == '\\' && i == len(s)-1:
			l.continued = true
			i++
		case c == '"' || c == '\'':
			quote := s[i : i+1]
			if strings.HasPrefix(s[i:], `"""`) || strings.HasPrefix(s[i:], `'''`) {
				quote = s[i : i+3]
			}
			l.push(quote, formatPrefix(s[:i]))
			i += len(quote)
		default:
			i++
		}
	}
	// A string in single quotes ends with its line, or goes on after a backslash.
	if n := len(l.modes); n > 0 && len(l.modes[n-1].quote) == 1 && l.modes[n-1].quote != ":" && !l.continued {
		*l = lexer{} // it is not closed: the parser says so
	}
}

// scanString reads one step of a string or format specification.
func (l *lexer) scanString(s string, i int, m mode) int {
	switch {
	case s[i] == '\\' && m.quote != ":":
		if i == len(s)-1 {
			l.continued = true
		}
		return i + 2
	case m.quote == ":" && s[i] == '}':
		l.pop() // the specification and its field
		l.pop()
	case m.format && s[i] == '{':
		if m.quote != ":" && strings.HasPrefix(s[i:], "{{") {
			return i + 2
		}
		l.push("", false)
	case m.quote != ":" && strings.HasPrefix(s[i:], m.quote):
		l.pop()
		return i + len(m.quote)
	}
	return i + 1
}

// formatPrefix is true when what stands before a quote makes it an f-string or t-string.
func formatPrefix(before string) bool {
	i := len(before)
	for i > 0 && len(before)-i < 2 && strings.IndexByte("rRfFtTbBuU", before[i-1]) >= 0 {
		i--
	}
	return strings.ContainsAny(before[i:], "fFtT") && (i == 0 || !wordByte(before[i-1]))
}
