package source

import (
	"bytes"
	"strings"
)

// An Ignore is a compiled list of patterns in the syntax of .gitignore, as git's documentation gives it. The zero
// value ignores nothing. It never touches the disk and is safe for concurrent use.
//
// A pattern is kept as path segments. A star inside a segment never crosses a slash, and a segment that is exactly
// two stars stands for any number of segments, so one greedy matcher with a single point of return serves both
// levels: every token but a star consumes exactly one element, hence returning to the last star is enough and the
// work is bounded by pattern length times path length, whatever the pattern.
type Ignore struct{ patterns []pattern }

type pattern struct {
	segments []string // of an anchored pattern; nil when the pattern speaks of a base name at any depth
	base     string   // the pattern for a base name
	shape    shape
	negate   bool
	dirOnly  bool
}

// shape lets the common forms be compared without the general matcher.
type shape uint8

const (
	shapeGlob    shape = iota // anything with a wildcard elsewhere
	shapeLiteral              // "build"
	shapeSuffix               // "*.pyc": base holds ".pyc"
	shapePath                 // anchored, segments need the matcher
)

// ParseIgnore compiles the text of a .gitignore file. Lines that git would never match are dropped.
func ParseIgnore(text []byte) *Ignore {
	ig := &Ignore{}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	for len(text) > 0 {
		line := text
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			line, text = text[:i], text[i+1:]
		} else {
			text = nil
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
		if p, ok := parsePattern(string(line)); ok {
			ig.patterns = append(ig.patterns, p)
		}
	}
	return ig
}

// NewIgnore compiles patterns given one by one, as configuration does.
func NewIgnore(patterns ...string) *Ignore {
	return ParseIgnore([]byte(strings.Join(patterns, "\n")))
}

func parsePattern(s string) (pattern, bool) {
	var p pattern
	if s == "" || s[0] == '#' {
		return p, false
	}
	s = trimSpaces(s)
	if strings.HasPrefix(s, "!") {
		p.negate = true
		s = s[1:]
	}
	if strings.HasSuffix(s, "/") {
		p.dirOnly = true
		s = s[:len(s)-1]
	}
	if s == "" {
		return p, false
	}
	if !strings.Contains(s, "/") {
		p.base = s
		switch {
		case !strings.ContainsAny(s, `*?[\`):
			p.shape = shapeLiteral
		case s[0] == '*' && !strings.ContainsAny(s[1:], `*?[\`):
			p.shape, p.base = shapeSuffix, s[1:]
		}
		return p, true
	}
	s = strings.TrimPrefix(s, "/")
	p.shape = shapePath
	p.segments = strings.Split(s, "/")
	return p, true
}

// trimSpaces drops trailing spaces that no backslash quotes.
func trimSpaces(s string) string {
	end := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ':
			continue
		case '\\':
			i++
		}
		end = i + 1
	}
	return s[:min(end, len(s))]
}

// Match says what the last pattern that matches the path decides: ignored or re-included; found is false when none
// matches. The path is relative to the patterns' directory, with slashes and no leading one.
func (ig *Ignore) Match(path string, dir bool) (ignored, found bool) {
	_, ignored, found = ig.match(path, dir)
	return ignored, found
}

func (ig *Ignore) match(path string, dir bool) (by *pattern, ignored, found bool) {
	if ig == nil || len(ig.patterns) == 0 {
		return nil, false, false
	}
	base := path[strings.LastIndexByte(path, '/')+1:]
	for i := len(ig.patterns) - 1; i >= 0; i-- {
		p := &ig.patterns[i]
		if p.dirOnly && !dir {
			continue
		}
		var hit bool
		switch p.shape {
		case shapeLiteral:
			hit = base == p.base
		case shapeSuffix:
			hit = strings.HasSuffix(base, p.base)
		case shapeGlob:
			hit = matchSegment(p.base, base)
		case shapePath:
			hit = matchPath(p.segments, path)
		}
		if hit {
			return p, !p.negate, true
		}
	}
	return nil, false, false
}

// matchPath matches a whole path against pattern segments. "a/**" is everything inside a and not a itself, so a
// double star at the end must take at least one segment; elsewhere it may take none.
func matchPath(pat []string, path string) bool {
	rest, more := path, true // more is false once the last segment is consumed
	pi := 0
	starPat, starRest := -1, ""
	for more {
		if pi < len(pat) && pat[pi] == "**" {
			if pi == len(pat)-1 {
				return true
			}
			starPat, starRest = pi, rest
			pi++
			continue
		}
		seg, tail, has := strings.Cut(rest, "/")
		if pi < len(pat) && matchSegment(pat[pi], seg) {
			pi++
			rest, more = tail, has
			continue
		}
		if starPat < 0 {
			return false
		}
		_, starRest, has = strings.Cut(starRest, "/")
		if !has {
			return false
		}
		rest, pi = starRest, starPat+1
	}
	return pi == len(pat)
}

// matchSegment matches one path segment: '*', '?', '[…]' with ranges, negation and POSIX classes, and '\' quoting.
func matchSegment(pat, name string) bool {
	pi, ni := 0, 0
	starPat, starName := -1, 0
	for ni < len(name) {
		if pi < len(pat) && pat[pi] == '*' {
			starPat, starName = pi, ni
			pi++
			continue
		}
		if pi < len(pat) {
			if n, ok := matchOne(pat[pi:], name[ni]); ok {
				pi += n
				ni++
				continue
			}
		}
		if starPat < 0 {
			return false
		}
		starName++
		pi, ni = starPat+1, starName
	}
	for pi < len(pat) && pat[pi] == '*' {
		pi++
	}
	return pi == len(pat)
}

// matchOne matches the first token of pat, which is no star, against one byte, as git does: bytes, not characters.
func matchOne(pat string, c byte) (width int, ok bool) {
	switch pat[0] {
	case '?':
		return 1, true
	case '\\':
		// A lone backslash at the end makes the pattern invalid: it never matches.
		if len(pat) == 1 {
			return 0, false
		}
		return 2, pat[1] == c
	case '[':
		return matchClass(pat, c)
	}
	return 1, pat[0] == c
}

func matchClass(pat string, c byte) (width int, ok bool) {
	i := 1
	negate := i < len(pat) && (pat[i] == '!' || pat[i] == '^')
	if negate {
		i++
	}
	hit := false
	for first := true; ; first = false {
		if i >= len(pat) {
			return 0, false // no closing bracket: the pattern is invalid
		}
		if pat[i] == ']' && !first {
			i++
			break
		}
		if pat[i] == '[' && i+1 < len(pat) && pat[i+1] == ':' {
			if end := strings.Index(pat[i+2:], ":]"); end >= 0 {
				in, known := posixClass(pat[i+2:i+2+end], c)
				if !known {
					return 0, false
				}
				hit = hit || in
				i += end + 4
				continue
			}
		}
		lo, n := classByte(pat[i:])
		if n == 0 {
			return 0, false
		}
		i += n
		hi := lo
		if i+1 < len(pat) && pat[i] == '-' && pat[i+1] != ']' {
			h, n := classByte(pat[i+1:])
			if n == 0 {
				return 0, false
			}
			hi = h
			i += 1 + n
		}
		hit = hit || lo <= c && c <= hi
	}
	return i, hit != negate
}

func classByte(pat string) (c byte, width int) {
	if pat[0] != '\\' {
		return pat[0], 1
	}
	if len(pat) < 2 {
		return 0, 0
	}
	return pat[1], 2
}

func posixClass(name string, c byte) (in, known bool) {
	lower, upper := 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z'
	digit := '0' <= c && c <= '9'
	switch name {
	case "alpha":
		return lower || upper, true
	case "digit":
		return digit, true
	case "alnum":
		return lower || upper || digit, true
	case "lower":
		return lower, true
	case "upper":
		return upper, true
	case "space":
		return c == ' ' || '\t' <= c && c <= '\r', true
	case "blank":
		return c == ' ' || c == '\t', true
	case "punct":
		return '!' <= c && c <= '~' && !lower && !upper && !digit, true
	case "xdigit":
		return digit || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F', true
	case "cntrl":
		return c < ' ' || c == 0x7f, true
	case "print":
		return ' ' <= c && c <= '~', true
	case "graph":
		return '!' <= c && c <= '~', true
	}
	return false, false
}

// Covers says whether the patterns name a file or a directory that it is in.
func (ig *Ignore) Covers(file string) bool {
	if in, _ := ig.Match(file, false); in {
		return true
	}
	for i := range file {
		if file[i] == '/' {
			if in, _ := ig.Match(file[:i], true); in {
				return true
			}
		}
	}
	return false
}
