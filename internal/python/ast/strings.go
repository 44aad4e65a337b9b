package ast

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

// Part is a piece of a constant's text in the source. A constant that is not Plain has one part or more: adjacent
// strings, the text between doubled braces of an f-string.
type Part struct {
	diag.Span
	Kind PartKind
}

// PartKind says how a part is decoded. In every kind \r\n and \r become \n.
type PartKind uint8

const (
	PartPlain        PartKind = iota // as it stands
	PartEscapes                      // backslash escapes of text
	PartBytesEscapes                 // backslash escapes of bytes
)

// StringValue is the value of a Str or Bytes constant; false for any other kind. Text is UTF-8, except that a lone
// surrogate, which Python allows in an escape, is encoded in three bytes as well.
func (f *File) StringValue(c *Constant) (string, bool) {
	if c.Kind != Str && c.Kind != Bytes {
		return "", false
	}
	if c.Plain {
		return string(f.Src[c.Text.Start:c.Text.End]), true
	}
	return string(f.AppendString(nil, c)), true
}

// ConstString is the value of e when it is a Str constant.
func (f *File) ConstString(e Expr) (string, bool) {
	if c, ok := e.(*Constant); ok && c.Kind == Str {
		return f.StringValue(c)
	}
	return "", false
}

// InterpolationText is the source of a t-string's expression as Python keeps it: without comments.
func (f *File) InterpolationText(e *Interpolation) string {
	start, end := e.Str.Start, e.Str.End
	var dst []byte
	i := sort.Search(len(f.Comments), func(i int) bool { return f.Comments[i].Start >= start })
	for ; i < len(f.Comments) && f.Comments[i].Start < end; i++ {
		dst = append(dst, f.Src[start:f.Comments[i].Start]...)
		start = min(f.Comments[i].End, end)
	}
	return string(appendLines(nil, append(dst, f.Src[start:end]...)))
}

// AppendString appends the value of a Str or Bytes constant to dst.
func (f *File) AppendString(dst []byte, c *Constant) []byte {
	if c.Plain {
		return append(dst, f.Src[c.Text.Start:c.Text.End]...)
	}
	for _, part := range f.Parts[c.Text.Start:c.Text.End] {
		text := f.Src[part.Start:part.End]
		if part.Kind == PartPlain {
			dst = appendLines(dst, text)
		} else {
			dst = appendEscapes(dst, text, part.Kind == PartBytesEscapes)
		}
	}
	return dst
}

// appendLines appends text with its line ends as \n.
func appendLines(dst, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, '\r')
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(append(dst, text[:i]...), '\n')
		text = text[i+1:]
		if len(text) > 0 && text[0] == '\n' {
			text = text[1:]
		}
	}
}

func appendEscapes(dst, text []byte, isBytes bool) []byte {
	for {
		i := bytes.IndexByte(text, '\\')
		if i < 0 || i+1 == len(text) {
			return appendLines(dst, text)
		}
		dst = appendLines(dst, text[:i])
		text = text[i:]
		size, r, kind, _ := escape(text, isBytes)
		switch kind {
		case escKeep:
			dst = append(dst, text[:size]...)
		case escRune:
			switch {
			case isBytes:
				dst = append(dst, byte(r))
			case r >= 0xd800 && r <= 0xdfff:
				dst = append(dst, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f|0x80, 0x80|byte(r)&0x3f)
			default:
				dst = utf8.AppendRune(dst, r)
			}
		}
		text = text[size:]
	}
}

type escKind uint8

const (
	escRune escKind = iota
	escNone         // an escaped line end
	escKeep         // not an escape: the backslash stays
)

// CheckEscape reads the escape at the start of text, which is a backslash and at least one byte, and returns its length
// and what is wrong with it, "" when Python can decode it.
func CheckEscape(text []byte, isBytes bool) (int, string) {
	size, _, _, problem := escape(text, isBytes)
	return size, problem
}

// escape decodes the escape at the start of text.
func escape(text []byte, isBytes bool) (size int, r rune, kind escKind, problem string) {
	switch c := text[1]; c {
	case '\n':
		return 2, 0, escNone, ""
	case '\r':
		if len(text) > 2 && text[2] == '\n' {
			return 3, 0, escNone, ""
		}
		return 2, 0, escNone, ""
	case '\\', '\'', '"':
		return 2, rune(c), escRune, ""
	case 'a':
		return 2, 7, escRune, ""
	case 'b':
		return 2, 8, escRune, ""
	case 'f':
		return 2, 12, escRune, ""
	case 'n':
		return 2, 10, escRune, ""
	case 'r':
		return 2, 13, escRune, ""
	case 't':
		return 2, 9, escRune, ""
	case 'v':
		return 2, 11, escRune, ""
	case '0', '1', '2', '3', '4', '5', '6', '7':
		n := 1
		for ; n < 4 && n < len(text) && text[n] >= '0' && text[n] <= '7'; n++ {
			r = r<<3 | rune(text[n]-'0')
		}
		if isBytes {
			r &= 0xff
		}
		return n, r, escRune, ""
	case 'x':
		return hexEscape(text, 2, "`\\x` needs two hexadecimal digits")
	case 'u':
		if !isBytes {
			return hexEscape(text, 4, "`\\u` needs four hexadecimal digits")
		}
	case 'U':
		if !isBytes {
			size, r, kind, problem = hexEscape(text, 8, "`\\U` needs eight hexadecimal digits")
			if problem == "" && (r < 0 || r > utf8.MaxRune) {
				problem = "`\\U` names a character beyond U+10FFFF"
			}
			return size, r, kind, problem
		}
	case 'N':
		if !isBytes {
			return namedEscape(text)
		}
	}
	return 1, 0, escKeep, ""
}

func hexEscape(text []byte, digits int, problem string) (int, rune, escKind, string) {
	r := rune(0)
	for i := 2; i < 2+digits; i++ {
		if i >= len(text) {
			return i, 0, escNone, problem
		}
		c := text[i]
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return i, 0, escNone, problem
		}
	}
	return 2 + digits, r, escRune, ""
}

func namedEscape(text []byte) (int, rune, escKind, string) {
	if len(text) < 3 || text[2] != '{' {
		return 2, 0, escNone, "`\\N` needs the name of a character in braces"
	}
	end := bytes.IndexByte(text, '}')
	if end < 4 {
		return min(len(text), 3), 0, escNone, "`\\N` needs the name of a character in braces"
	}
	r, ok := CharacterByName(string(text[3:end]))
	if !ok {
		return end + 1, 0, escNone, "`\\N` names no character that Unicode has"
	}
	return end + 1, r, escRune, ""
}
