package parser

import (
	"bytes"
	"unicode/utf8"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/token"
)

// strInfo describes a string token. For FString and TString body is where the middle starts.
type strInfo struct {
	body, bodyEnd uint32
	flags         strFlags
}

type strFlags uint8

const (
	strRaw strFlags = 1 << iota
	strBytes
	strUnicode // u""; U"" is read the same but leaves no trace in the tree
	strTriple
	strBackslash
	strCR
	strFormat
	strTemplate
)

// identTab holds 1 for bytes that continue an ASCII identifier, 2 for bytes from 0x80.
var identTab = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c == '_', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			t[c] = 1
		case c >= 0x80:
			t[c] = 2
		}
	}
	return
}()

// next reads the next token.
func (p *Parser) next() {
	if p.failed {
		return
	}
	p.prevEnd = p.end
	if p.bol {
		if p.lineStart() {
			return
		}
	}
	src := p.src
	i := p.pos
again:
	c := src[i]
	for c == ' ' {
		i++
		c = src[i]
	}
	p.start = uint32(i)
	switch c {
	case 'a', 'c', 'd', 'e', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 's', 'v', 'w', 'x', 'y', 'z', '_',
		'A', 'C', 'D', 'E', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'S', 'V', 'W', 'X', 'Y', 'Z':
		j := i + 1
		for identTab[src[j]] == 1 {
			j++
		}
		if identTab[src[j]] == 2 {
			p.unicodeName(i)
			return
		}
		s := p.interner.bytes(src, i, j)
		p.sym = s
		p.tok = token.Name
		if s <= ast.LastKeyword {
			p.tok = token.False + token.Kind(s-1)
		}
		p.pos = j
		p.end = uint32(j)
		return
	case 'b', 'f', 'r', 't', 'u', 'B', 'F', 'R', 'T', 'U':
		j := i + 1
		for identTab[src[j]] == 1 {
			j++
		}
		if d := src[j]; d == '"' || d == '\'' {
			if j-i <= 2 {
				if flags, ok := prefix(src[i:j]); ok {
					p.stringToken(i, j, flags)
					return
				}
			}
		} else if identTab[d] == 2 {
			p.unicodeName(i)
			return
		}
		s := p.interner.bytes(src, i, j)
		p.sym = s
		p.tok = token.Name
		if s <= ast.LastKeyword {
			p.tok = token.False + token.Kind(s-1)
		}
		p.pos = j
		p.end = uint32(j)
		return
	case '\n', '\r':
		j := i + 1
		if c == '\r' && src[j] == '\n' {
			j++
		}
		if p.nest > 0 {
			i = j
			goto again
		}
		p.tok = token.Newline
		p.bol = true
		p.pos = j
		return
	case '\t', '\f':
		i++
		goto again
	case '#':
		i = p.skipComment(i)
		if p.failed {
			return
		}
		goto again
	case '\\':
		j := i + 1
		if src[j] == '\r' {
			j++
			if src[j] == '\n' {
				j++
			}
		} else if src[j] == '\n' {
			j++
		} else {
			p.end = uint32(j)
			if j >= p.n {
				p.failSpan(uint32(i), uint32(j), "the file ends after a line continuation")
				return
			}
			p.failSpan(uint32(i), uint32(j), "a backslash outside a string must end its line")
			return
		}
		if j >= p.n {
			p.end = uint32(i + 1)
			p.failSpan(uint32(i), uint32(i+1), "the file ends after a line continuation")
			return
		}
		i = j
		goto again
	case '"', '\'':
		p.stringToken(i, i, 0)
		return
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		p.number(i)
		return
	case '(', '[', '{':
		if p.nest >= maxBrackets {
			p.tok = token.LParen
			p.end = uint32(i + 1)
			p.fail("too many nested brackets: more than 200")
			return
		}
		p.opens[p.nest] = uint32(i)
		p.nest++
		switch c {
		case '(':
			p.tok = token.LParen
		case '[':
			p.tok = token.LBracket
		default:
			p.tok = token.LBrace
		}
		i++
	case ')', ']', '}':
		i++
		var open byte
		switch c {
		case ')':
			p.tok, open = token.RParen, '('
		case ']':
			p.tok, open = token.RBracket, '['
		default:
			p.tok, open = token.RBrace, '{'
		}
		if p.nest == 0 {
			p.end = uint32(i)
			p.fail("`" + string(rune(c)) + "` closes nothing")
			return
		}
		p.nest--
		if o := p.opens[p.nest]; p.src[o] != open {
			p.end = uint32(i)
			p.fail("`" + string(rune(c)) + "` does not match `" + string(rune(p.src[o])) + "`")
			return
		}
	case ',':
		i++
		p.tok = token.Comma
	case ':':
		i++
		p.tok = token.Colon
		if src[i] == '=' && (p.field == 0 || p.nest != p.field) {
			i++
			p.tok = token.Walrus
		}
	case ';':
		i++
		p.tok = token.Semicolon
	case '.':
		if d := src[i+1]; d >= '0' && d <= '9' {
			p.number(i)
			return
		}
		if src[i+1] == '.' && src[i+2] == '.' {
			i += 3
			p.tok = token.Ellipsis
		} else {
			i++
			p.tok = token.Dot
		}
	case '=':
		i++
		p.tok = token.Assign
		if src[i] == '=' {
			i++
			p.tok = token.EqEqual
		}
	case '+':
		i = p.maybe(i+1, token.Plus, token.PlusAssign)
	case '-':
		if src[i+1] == '>' {
			i += 2
			p.tok = token.Arrow
		} else {
			i = p.maybe(i+1, token.Minus, token.MinusAssign)
		}
	case '*':
		if src[i+1] == '*' {
			i = p.maybe(i+2, token.DoubleStar, token.DoubleStarAssign)
		} else {
			i = p.maybe(i+1, token.Star, token.StarAssign)
		}
	case '/':
		if src[i+1] == '/' {
			i = p.maybe(i+2, token.DoubleSlash, token.DoubleSlashAssign)
		} else {
			i = p.maybe(i+1, token.Slash, token.SlashAssign)
		}
	case '%':
		i = p.maybe(i+1, token.Percent, token.PercentAssign)
	case '|':
		i = p.maybe(i+1, token.Pipe, token.PipeAssign)
	case '^':
		i = p.maybe(i+1, token.Caret, token.CaretAssign)
	case '&':
		i = p.maybe(i+1, token.Amper, token.AmperAssign)
	case '@':
		i = p.maybe(i+1, token.At, token.AtAssign)
	case '~':
		i++
		p.tok = token.Tilde
	case '<':
		switch src[i+1] {
		case '<':
			i = p.maybe(i+2, token.LeftShift, token.LeftShiftAssign)
		case '=':
			i += 2
			p.tok = token.LessEqual
		case '>':
			i += 2
			p.tok = token.NotEqual
			if p.file.Future&ast.FutureBarryAsBDFL == 0 {
				p.end = uint32(i)
				p.fail("`<>` is Python 2; write `!=`")
				return
			}
		default:
			i++
			p.tok = token.Less
		}
	case '>':
		switch src[i+1] {
		case '>':
			i = p.maybe(i+2, token.RightShift, token.RightShiftAssign)
		case '=':
			i += 2
			p.tok = token.GreaterEqual
		default:
			i++
			p.tok = token.Greater
		}
	case '!':
		i++
		if src[i] == '=' {
			i++
			p.tok = token.NotEqual
			if p.file.Future&ast.FutureBarryAsBDFL != 0 {
				p.end = uint32(i)
				p.fail("with `from __future__ import barry_as_FLUFL` write `<>`")
				return
			}
		} else {
			p.tok = token.Exclamation
		}
	case 0:
		if i >= p.n {
			p.atEOF(i)
			return
		}
		p.end = uint32(i + 1)
		p.failSpan(uint32(i), uint32(i+1), "a NUL byte: this is not Python source")
		return
	default:
		if c >= 0x80 {
			p.unicodeName(i)
			return
		}
		p.end = uint32(i + 1)
		if c == '$' || c == '?' || c == '`' {
			p.failSpan(uint32(i), uint32(i+1), "`"+string(rune(c))+"` means nothing in Python")
			return
		}
		p.failSpan(uint32(i), uint32(i+1), "a control character outside a string")
		return
	}
	p.pos = i
	p.end = uint32(i)
}

func (p *Parser) maybe(i int, plain, assign token.Kind) int {
	if p.src[i] == '=' {
		p.tok = assign
		return i + 1
	}
	p.tok = plain
	return i
}

// atEOF ends the last line, closes the open blocks and then stays at the end.
func (p *Parser) atEOF(i int) {
	p.pos = i
	p.start = uint32(i)
	if p.nest > 0 {
		p.tok = token.EOF
		return
	}
	if !p.bol && p.tok != token.Newline && p.tok != token.EOF && p.tok != token.Dedent {
		p.tok = token.Newline
		p.bol = true
		return
	}
	p.tok = token.EOF
}

// skipComment skips and records a comment and returns the offset of its line end.
func (p *Parser) skipComment(i int) int {
	j := bytes.IndexByte(p.src[i:p.n], '\n')
	if j < 0 {
		j = p.n
	} else {
		j += i
	}
	if p.hasCR {
		if k := bytes.IndexByte(p.src[i:j], '\r'); k >= 0 {
			j = i + k
		}
	}
	if uint32(j) > p.comment {
		p.comment = uint32(j)
		p.file.Comments = append(p.file.Comments, diag.Span{Start: uint32(i), End: uint32(j)})
		if k := bytes.IndexByte(p.src[i:j], 0); k >= 0 {
			p.tok, p.start = token.Invalid, uint32(i)
			p.failSpan(uint32(i+k), uint32(i+k+1), "a NUL byte: this is not Python source")
		}
	}
	return j
}

// lineStart measures the indentation of the next line with a token on it and reports whether that made a token.
// Blank lines and lines with nothing but a comment do not count. Columns are counted twice, with tabs of 8 and of 1: when
// the two disagree about the order of two lines the indentation depends on the editor, and Python refuses it.
func (p *Parser) lineStart() bool {
	if p.dedents > 0 {
		p.dedents--
		p.bol = p.dedents > 0
		p.tok = token.Dedent
		p.start = uint32(p.pos)
		return true
	}
	src := p.src
	i := p.pos
	var col, alt int
line:
	col, alt = 0, 0
	cont := 0
	for {
		switch src[i] {
		case ' ':
			col++
			alt++
			i++
			continue
		case '\t':
			col = (col/8 + 1) * 8
			alt++
			i++
			continue
		case '\f':
			col, alt = 0, 0
			i++
			continue
		case '\\':
			// A continued line keeps the indentation of its first part, unless that is none.
			j := i + 1
			if src[j] == '\r' {
				j++
				if src[j] == '\n' {
					j++
				}
			} else if src[j] == '\n' {
				j++
			} else {
				break
			}
			if j >= p.n {
				break
			}
			if cont == 0 {
				cont = col
			}
			i = j
			continue
		case '#':
			i = p.skipComment(i)
			if p.failed {
				p.pos = i
				return true
			}
			continue
		case '\n':
			i++
			goto line
		case '\r':
			i++
			if src[i] == '\n' {
				i++
			}
			goto line
		case 0:
			if i >= p.n {
				col, alt = 0, 0
				cont = 0
			}
		}
		break
	}
	if cont > 0 {
		col, alt = cont, cont
	}
	p.pos = i
	p.start = uint32(i)
	top := p.indents[len(p.indents)-1]
	switch {
	case col == top.col:
		p.bol = false
		if alt != top.alt {
			p.tabs(i)
			return true
		}
		return false
	case col > top.col:
		p.bol = false
		if alt <= top.alt {
			p.tabs(i)
			return true
		}
		if len(p.indents) >= maxIndents {
			p.failSpan(uint32(i), uint32(i), "too many levels of indentation: more than 100")
			return true
		}
		p.indents = append(p.indents, indent{col, alt})
		p.tok = token.Indent
		return true
	}
	n := len(p.indents)
	for n > 1 && p.indents[n-1].col > col {
		n--
		p.dedents++
	}
	p.indents = p.indents[:n]
	if top := p.indents[n-1]; top.col != col {
		p.faultAt(uint32(i), uint32(i), "this line's indentation matches no line before it")
		p.indents = append(p.indents, indent{col, alt})
		p.dedents--
		if p.dedents == 0 {
			p.bol = false
			return false
		}
	} else if top.alt != alt {
		p.tabs(i)
		return true
	}
	p.dedents--
	p.bol = p.dedents > 0
	p.tok = token.Dedent
	return true
}

func (p *Parser) tabs(i int) {
	p.failSpan(uint32(i), uint32(i), "tabs and spaces are mixed so that the indentation depends on the width of a tab")
}

// prefix reads a string prefix of one or two letters in any order and case.
func prefix(b []byte) (f strFlags, ok bool) {
	for _, c := range b {
		var bit strFlags
		switch c | 0x20 {
		case 'r':
			bit = strRaw
		case 'b':
			bit = strBytes
		case 'f':
			bit = strFormat
		case 't':
			bit = strTemplate
		case 'u':
			bit = strUnicode
		default:
			return 0, false
		}
		if f&bit != 0 {
			return 0, false
		}
		f |= bit
	}
	switch f &^ strRaw {
	case 0, strBytes, strFormat, strTemplate:
		return f, true
	case strUnicode:
		return f, f&strRaw == 0
	}
	return 0, false
}

// stringToken scans a string whose quote is at q, or the start of one with replacement fields.
func (p *Parser) stringToken(start, q int, flags strFlags) {
	src := p.src
	quote := src[q]
	i := q + 1
	if src[i] == quote && src[i+1] == quote {
		flags |= strTriple
		i += 2
	}
	p.str.body = uint32(i)
	if flags&(strFormat|strTemplate) != 0 {
		p.str.flags = flags
		p.tok = token.FString
		if flags&strTemplate != 0 {
			p.tok = token.TString
		}
		p.pos = i
		p.end = uint32(i)
		return
	}
	p.tok = token.String
	if flags&strTriple == 0 {
		for {
			c := src[i]
			if c == quote {
				break
			}
			switch c {
			case '\\':
				flags |= strBackslash
				i++
				if src[i] == '\r' && src[i+1] == '\n' {
					i++
					flags |= strCR
				} else if src[i] == '\r' {
					flags |= strCR
				}
			case '\n', '\r':
				p.unterminated(start, i)
				return
			case 0:
				if i >= p.n {
					p.unterminated(start, p.n)
					return
				}
				p.end = uint32(i + 1)
				p.failSpan(uint32(i), uint32(i+1), "a NUL byte: this is not Python source")
				return
			}
			i++
			if i > p.n {
				p.unterminated(start, p.n)
				return
			}
		}
		p.str.bodyEnd = uint32(i)
		p.str.flags = flags
		p.pos = i + 1
		p.end = uint32(i + 1)
		return
	}
	for {
		j := bytes.IndexByte(src[i:p.n], quote)
		if j < 0 {
			p.unterminated(start, p.n)
			return
		}
		j += i
		// An odd run of backslashes before the quote escapes it.
		k := j
		for k > int(p.str.body) && src[k-1] == '\\' {
			k--
		}
		if (j-k)&1 == 1 {
			i = j + 1
			continue
		}
		if src[j+1] == quote && src[j+2] == quote && j+2 < p.n {
			i = j
			break
		}
		i = j + 1
	}
	body := src[p.str.body:i]
	if bytes.IndexByte(body, '\\') >= 0 {
		flags |= strBackslash
	}
	if p.hasCR && bytes.IndexByte(body, '\r') >= 0 {
		flags |= strCR
	}
	p.str.bodyEnd = uint32(i)
	p.str.flags = flags
	p.pos = i + 3
	p.end = uint32(i + 3)
	if k := bytes.IndexByte(body, 0); k >= 0 {
		at := p.str.body + uint32(k)
		p.failSpan(at, at+1, "a NUL byte: this is not Python source")
	}
}

func (p *Parser) unterminated(start, end int) {
	p.end = uint32(end)
	what := "this string is never closed"
	if p.str.flags&strTriple != 0 || end >= p.n {
		what = "this string is never closed before the end of the file"
	}
	p.failSpan(uint32(start), uint32(end), what)
}

// unicodeName scans an identifier with characters beyond ASCII. Identifiers are compared in normal form KC (PEP 3131).
func (p *Parser) unicodeName(i int) {
	src := p.src[:p.n]
	j := i
	for j < len(src) {
		c := src[j]
		if c < utf8.RuneSelf {
			if identTab[c] != 1 {
				break
			}
			j++
			continue
		}
		r, size := utf8.DecodeRune(src[j:])
		if r == utf8.RuneError && size == 1 {
			p.end = uint32(j + 1)
			p.failSpan(uint32(j), uint32(j+1), "bytes that are not UTF-8; declare the file's encoding or convert it")
			return
		}
		if !(j > i && xidContinue(r) || j == i && xidStart(r)) {
			p.end = uint32(j + size)
			if j > i {
				p.end = uint32(j)
			}
			p.start = uint32(j)
			p.failSpan(uint32(j), uint32(j+size), "the character "+describeRune(r)+" cannot stand in a name")
			return
		}
		j += size
	}
	p.tok = token.Name
	p.pos = j
	p.end = uint32(j)
	p.sym = p.interner.string(normalize(src[i:j]))
	// The normal form of a name can spell a keyword: Python takes it for a name all the same.
}

func describeRune(r rune) string {
	const hex = "0123456789ABCDEF"
	b := []byte("U+")
	digits := 4
	if r > 0xffff {
		digits = 5
	}
	if r > 0xfffff {
		digits = 6
	}
	for k := digits - 1; k >= 0; k-- {
		b = append(b, hex[r>>(4*k)&15])
	}
	if r > ' ' && r < 0xfffd && r != 0x7f {
		return "`" + string(r) + "` (" + string(b) + ")"
	}
	return string(b)
}

// number scans a number as Python's grammar spells it: underscores between digits only, no leading zeros in decimals.
func (p *Parser) number(i int) {
	src := p.src
	start := i
	p.tok = token.Number
	bad := ""
	if src[i] == '0' && src[i+1]|0x20 >= 'b' && (src[i+1]|0x20 == 'x' || src[i+1]|0x20 == 'o' || src[i+1]|0x20 == 'b') {
		kind := src[i+1] | 0x20
		i += 2
		for {
			if src[i] == '_' {
				i++
			}
			k := i
			for isDigit(src[i], kind) {
				i++
			}
			if k == i {
				bad = map[byte]string{'x': "hexadecimal", 'o': "octal", 'b': "binary"}[kind]
				break
			}
			if src[i] != '_' {
				break
			}
		}
		if bad == "" && kind != 'x' && src[i] >= '0' && src[i] <= '9' {
			bad = map[byte]string{'o': "octal", 'b': "binary"}[kind]
		}
		if bad != "" {
			p.badNumber(start, i, bad)
			return
		}
		p.numberEnd(start, i)
		return
	}
	zeros := src[i] == '0'
	nonzero := false
	frac := false
	if src[i] != '.' {
		for {
			for src[i] >= '0' && src[i] <= '9' {
				if src[i] != '0' {
					nonzero = true
				}
				i++
			}
			if src[i] != '_' {
				break
			}
			if src[i+1] < '0' || src[i+1] > '9' {
				p.badNumber(start, i+1, "decimal")
				return
			}
			i++
		}
	}
	if src[i] == '.' {
		frac = true
		i++
		for src[i] >= '0' && src[i] <= '9' {
			i++
			if src[i] == '_' {
				if src[i+1] < '0' || src[i+1] > '9' {
					p.badNumber(start, i+1, "decimal")
					return
				}
				i++
			}
		}
	}
	if src[i]|0x20 == 'e' {
		j := i + 1
		if src[j] == '+' || src[j] == '-' {
			j++
			if src[j] < '0' || src[j] > '9' {
				p.badNumber(start, j, "decimal")
				return
			}
		}
		if src[j] >= '0' && src[j] <= '9' {
			frac = true
			i = j
			for src[i] >= '0' && src[i] <= '9' {
				i++
				if src[i] == '_' {
					if src[i+1] < '0' || src[i+1] > '9' {
						p.badNumber(start, i+1, "decimal")
						return
					}
					i++
				}
			}
		}
	}
	if src[i]|0x20 == 'j' {
		i++
		frac = true
	}
	if zeros && nonzero && !frac {
		p.end = uint32(i)
		p.pos = i
		p.failSpan(uint32(start), uint32(i), "a decimal number cannot start with 0; an octal one starts with 0o")
		return
	}
	p.numberEnd(start, i)
}

func isDigit(c, kind byte) bool {
	switch kind {
	case 'x':
		return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
	case 'o':
		return c >= '0' && c <= '7'
	}
	return c == '0' || c == '1'
}

// numberEnd accepts what may touch a number: a keyword may (`1if x else y`), a name may not.
func (p *Parser) numberEnd(start, i int) {
	p.pos = i
	p.end = uint32(i)
	if identTab[p.src[i]] == 0 {
		return
	}
	j := i
	for identTab[p.src[j]] == 1 {
		j++
	}
	switch string(p.src[i:min(j, i+3)]) {
	case "and", "for", "not":
		return
	}
	switch string(p.src[i:min(j, i+2)]) {
	case "if", "in", "is", "or":
		return
	}
	if string(p.src[i:min(j, i+4)]) == "else" {
		return
	}
	if identTab[p.src[i]] == 2 {
		if r, size := utf8.DecodeRune(p.src[i:p.n]); !xidContinue(r) {
			p.failSpan(uint32(i), uint32(i+size), "the character "+describeRune(r)+" cannot stand in a name")
			return
		}
	}
	p.badNumber(start, j, "decimal")
}

func (p *Parser) badNumber(start, end int, kind string) {
	p.pos = end
	p.end = uint32(end)
	p.failSpan(uint32(start), uint32(end), "this is no "+kind+" number")
}
