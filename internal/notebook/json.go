package notebook

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner reads JSON where it lies. Notebooks are mostly outputs that nobody asks for (images in base64, tables), so
// values are skipped by jumping from quote to quote and nothing is decoded before it is used. It is tolerant: NaN,
// stray commas and control characters in strings pass. What it does reject is what damaged notebooks look like: an
// early end, or text outside of strings that JSON never has, such as the marks of a merge conflict.
type scanner struct {
	src []byte
	at  int
	err error
}

// errAt is a fault with its offset in the file.
type errAt struct {
	at      int
	message string
}

func (e *errAt) Error() string { return e.message }

func (s *scanner) fail(at int, format string, args ...any) {
	if s.err == nil {
		s.err = &errAt{at, fmt.Sprintf(format, args...)}
	}
}

// next is the next byte that is not white space, without reading it; 0 at the end and after an error.
func (s *scanner) next() byte {
	if s.err != nil {
		return 0
	}
	for ; s.at < len(s.src); s.at++ {
		switch c := s.src[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// object calls f for every member of the object at hand; f reads the value or leaves it to be skipped. A value of
// another type is skipped.
func (s *scanner) object(f func(key string)) {
	if s.next() != '{' {
		s.skip()
		return
	}
	s.at++
	for s.err == nil {
		switch c := s.next(); c {
		case '}':
			s.at++
			return
		case ',':
			s.at++
		case '"':
			key := s.text()
			if s.next() != ':' {
				s.unexpected("':' after a name")
				return
			}
			s.at++
			s.next()
			before := s.at
			f(key)
			if s.at == before {
				s.skip()
			}
		default:
			s.unexpected("a name or '}'")
			return
		}
	}
}

// array calls f for every element of the array at hand. A value of another type is skipped.
func (s *scanner) array(f func()) {
	if s.next() != '[' {
		s.skip()
		return
	}
	s.at++
	for s.err == nil {
		switch c := s.next(); c {
		case ']':
			s.at++
			return
		case ',':
			s.at++
		case 0:
			s.unexpected("a value or ']'")
			return
		default:
			before := s.at
			f()
			if s.at == before {
				s.skip()
			}
		}
	}
}

func (s *scanner) unexpected(want string) {
	if s.err != nil {
		return
	}
	if s.at >= len(s.src) {
		s.fail(len(s.src), "the file ends early: expected %s", want)
		return
	}
	if isConflict(s.src[s.at:]) {
		s.fail(s.at, "unresolved merge conflict")
		return
	}
	r, _ := utf8.DecodeRune(s.src[s.at:])
	s.fail(s.at, "expected %s, not %q", want, r)
}

func isConflict(b []byte) bool {
	return bytes.HasPrefix(b, []byte("<<<<<<<")) || bytes.HasPrefix(b, []byte("=======")) || bytes.HasPrefix(b, []byte(">>>>>>>"))
}

// outside marks the bytes that can stand outside of strings.
var outside = func() (t [256]bool) {
	for _, c := range []byte(" \t\r\n,:+-.0123456789eEtrufalsnNIity") {
		t[c] = true
	}
	return t
}()

// skip reads one value of any depth without looking into it.
func (s *scanner) skip() {
	depth := 0
	for {
		c := s.next()
		switch {
		case s.err != nil:
			return
		case c == 0:
			s.unexpected("a value")
			return
		case c == '"':
			s.skipString()
		case c == '{' || c == '[':
			depth++
			s.at++
		case c == '}' || c == ']':
			if depth == 0 {
				s.unexpected("a value")
				return
			}
			depth--
			s.at++
		case !outside[c]:
			s.unexpected("a value")
			return
		case c == ',' || c == ':':
			if depth == 0 {
				s.unexpected("a value")
				return
			}
			s.at++
			continue
		default:
			for s.at < len(s.src) && outside[s.src[s.at]] && s.src[s.at] != ',' && s.src[s.at] != ':' {
				s.at++
			}
		}
		if depth == 0 {
			return
		}
	}
}

// skipString reads a string and returns what is between its quotes, escapes and all.
func (s *scanner) skipString() []byte {
	start := s.at + 1
	for i := start; ; {
		j := bytes.IndexByte(s.src[i:], '"')
		if j < 0 {
			s.fail(s.at, "this string does not end")
			return nil
		}
		i += j
		// The quote counts unless an odd number of backslashes stands before it.
		k := i
		for k > start && s.src[k-1] == '\\' {
			k--
		}
		if (i-k)%2 == 0 {
			s.at = i + 1
			return s.src[start:i]
		}
		i++
	}
}

// text reads a string; a value of another type is skipped and gives "".
func (s *scanner) text() string {
	if s.next() != '"' {
		s.skip()
		return ""
	}
	return unescape(s.skipString())
}

// lines reads a multi-line text of a notebook: a string, or a list of strings that belong together.
func (s *scanner) lines() string {
	if s.next() != '[' {
		return s.text()
	}
	var out []byte
	s.array(func() { out = append(out, s.text()...) })
	return string(out)
}

// number reads a whole number, also one in quotes; anything else is 0.
func (s *scanner) number() int {
	c := s.next()
	start := s.at
	s.skip()
	if s.err != nil {
		return 0
	}
	b := bytes.TrimSpace(s.src[start:s.at])
	if c == '"' {
		b = b[1 : len(b)-1]
	}
	if n, err := strconv.Atoi(string(b)); err == nil {
		return n
	}
	if f, err := strconv.ParseFloat(string(b), 64); err == nil && f > -1e9 && f < 1e9 {
		return int(f)
	}
	return 0
}

// strings reads a list of strings.
func (s *scanner) strings() (out []string) {
	s.array(func() { out = append(out, s.text()) })
	return out
}

// unescape is the value of a JSON string; what is not UTF-8 becomes U+FFFD.
func unescape(b []byte) string {
	if bytes.IndexByte(b, '\\') < 0 {
		if utf8.Valid(b) {
			return string(b)
		}
		return string(bytes.ToValidUTF8(b, []byte("\uFFFD")))
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c != '\\' || i+1 == len(b) {
			out = append(out, c)
			continue
		}
		i++
		switch b[i] {
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case 'r':
			out = append(out, '\r')
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'u':
			r := hex4(b[i+1:])
			if r < 0 {
				out = append(out, "\uFFFD"...)
				continue
			}
			i += 4
			if utf16.IsSurrogate(r) {
				if i+2 < len(b) && b[i+1] == '\\' && b[i+2] == 'u' {
					if pair := utf16.DecodeRune(r, hex4(b[i+3:])); pair != utf8.RuneError {
						out = utf8.AppendRune(out, pair)
						i += 6
						continue
					}
				}
				r = utf8.RuneError
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, b[i])
		}
	}
	if !utf8.Valid(out) {
		out = bytes.ToValidUTF8(out, []byte("\uFFFD"))
	}
	return string(out)
}

// hex4 is the value of four hexadecimal digits, or -1.
func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	n, err := strconv.ParseUint(string(b[:4]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}
