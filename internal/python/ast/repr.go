package ast

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// AppendRepr appends Python's repr of a text. Lone surrogates are the three-byte sequences StringValue makes of them.
func AppendRepr(dst []byte, s string, minor int) []byte {
	quote := reprQuote(s)
	dst = append(dst, quote)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			dst = appendASCII(dst, c, quote)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 && i+2 < len(s) {
			size = 3
			r = rune(s[i]&0xf)<<12 | rune(s[i+1]&0x3f)<<6 | rune(s[i+2]&0x3f)
		}
		switch {
		case r < 0xd800 && Printable(r, minor), r > 0xdfff && Printable(r, minor):
			dst = append(dst, s[i:i+size]...)
		case r < 0x100:
			dst = append(dst, '\\', 'x', hexDigits[r>>4], hexDigits[r&15])
		case r < 0x10000:
			dst = appendHex(append(dst, '\\', 'u'), r, 4)
		default:
			dst = appendHex(append(dst, '\\', 'U'), r, 8)
		}
		i += size
	}
	return append(dst, quote)
}

// AppendBytesRepr appends Python's repr of bytes.
func AppendBytesRepr(dst []byte, s string) []byte {
	quote := reprQuote(s)
	dst = append(dst, 'b', quote)
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < utf8.RuneSelf {
			dst = appendASCII(dst, c, quote)
		} else {
			dst = append(dst, '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(dst, quote)
}

func reprQuote(s string) byte {
	if strings.IndexByte(s, '\'') >= 0 && strings.IndexByte(s, '"') < 0 {
		return '"'
	}
	return '\''
}

func appendASCII(dst []byte, c, quote byte) []byte {
	switch {
	case c == quote || c == '\\':
		return append(dst, '\\', c)
	case c == '\n':
		return append(dst, '\\', 'n')
	case c == '\r':
		return append(dst, '\\', 'r')
	case c == '\t':
		return append(dst, '\\', 't')
	case c < ' ' || c == 0x7f:
		return append(dst, '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
	}
	return append(dst, c)
}

func appendHex(dst []byte, r rune, digits int) []byte {
	for k := digits - 1; k >= 0; k-- {
		dst = append(dst, hexDigits[r>>(4*k)&15])
	}
	return dst
}

// AppendInt appends the decimal form of an integer literal.
func AppendInt(dst, text []byte) []byte {
	s := strings.ReplaceAll(string(text), "_", "")
	if len(s) < 2 || s[0] != '0' {
		return append(dst, s...)
	}
	base := 10
	switch s[1] | 0x20 {
	case 'x':
		base, s = 16, s[2:]
	case 'o':
		base, s = 8, s[2:]
	case 'b':
		base, s = 2, s[2:]
	}
	n, ok := new(big.Int).SetString(s, base)
	if !ok {
		return append(dst, '0')
	}
	return n.Append(dst, 10)
}

// AppendFloat appends Python's repr of the float that a literal spells; point adds ".0" to a whole number, as for a float
// and not for the part of a complex number.
func AppendFloat(dst, text []byte, point bool) []byte {
	s := strings.ReplaceAll(string(text), "_", "")
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(v, 0) {
		return append(dst, s...)
	}
	if math.IsInf(v, 0) {
		return append(dst, "inf"...)
	}
	// Python writes the shortest digits, with an exponent from 1e16 and below 1e-4.
	start := len(dst)
	exp := 0
	if v != 0 {
		e := strconv.AppendFloat(nil, v, 'e', -1, 64)
		exp, _ = strconv.Atoi(string(e[bytes.IndexByte(e, 'e')+1:]))
	}
	if exp < -4 || exp >= 16 {
		return strconv.AppendFloat(dst, v, 'e', -1, 64)
	}
	dst = strconv.AppendFloat(dst, v, 'f', -1, 64)
	if point && bytes.IndexByte(dst[start:], '.') < 0 {
		dst = append(dst, '.', '0')
	}
	return dst
}
