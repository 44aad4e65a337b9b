package source

import (
	"bytes"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

// pad is how many zero bytes follow the text that ReadFile returns, within its capacity; the parser needs them and
// copies a source that has none.
const pad = 16

// ReadFile reads a file into a buffer that the parser can use without copying.
func ReadFile(path string) ([]byte, error) { return AppendFile(nil, path) }

// AppendFile is ReadFile into the room of buf, whose contents it appends to. A worker that drops each file's tree before
// it reads the next one reuses one buffer.
func AppendFile(buf []byte, path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return buf, err
	}
	defer f.Close()
	size := 4096
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() < 1<<32 {
		size = int(info.Size())
	}
	// One byte more than the size, so that the read that finds the end has room.
	buf = grow(buf, size+1+pad)
	for {
		n, err := f.Read(buf[len(buf) : cap(buf)-pad])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			clear(buf[len(buf) : len(buf)+pad])
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
		if cap(buf)-len(buf) <= pad {
			buf = grow(buf, len(buf)+pad+1)
		}
	}
}

func grow(buf []byte, room int) []byte {
	if cap(buf)-len(buf) >= room {
		return buf
	}
	grown := make([]byte, len(buf), len(buf)+room)
	copy(grown, buf)
	return grown
}

// An Undecodable is why bytes are not the text they claim to be.
type Undecodable struct {
	Span    diag.Span // in the text that Decode returns
	Message string
}

var bom = []byte("\xef\xbb\xbf")

// Decode turns the bytes of a Python file into UTF-8: it drops a byte order mark and reads the encoding declaration in
// the first two lines (PEP 263). Text always comes back; where the bytes are not in the declared encoding, or it is
// unknown, the problem says so.
func Decode(raw []byte) ([]byte, *Undecodable) {
	text := raw
	marked := bytes.HasPrefix(raw, bom)
	if marked {
		text = raw[len(bom):]
	}
	name, at := declaration(text)
	canonical := canonicalName(name)
	if marked && name != "" && !strings.HasPrefix(strings.ReplaceAll(strings.ToLower(name), "_", "-")+"-", "utf-8-") {
		return text, &Undecodable{at, "the file starts with a UTF-8 mark but declares the encoding " + name}
	}
	if name == "" || canonical == "utf-8" {
		return text, invalidUTF8(text)
	}
	if canonical == "ascii" {
		for i, c := range text {
			if c >= utf8.RuneSelf {
				return text, &Undecodable{diag.Span{Start: uint32(i), End: uint32(i + 1)}, "the file declares ASCII and holds a byte beyond it"}
			}
		}
		return text, nil
	}
	enc := encodings[canonical]
	if enc == nil {
		return text, &Undecodable{at, "the encoding " + name + " is unknown"}
	}
	if table, ok := enc.(*charmap.Charmap); ok {
		return decodeTable(text, table, name, strings.HasPrefix(canonical, "iso-8859-"))
	}
	out, err := enc.NewDecoder().Bytes(text)
	if err != nil {
		return text, &Undecodable{at, "the file is not in the encoding it declares, " + name}
	}
	if i := bytes.Index(out, []byte("\uFFFD")); i >= 0 {
		return out, &Undecodable{diag.Span{Start: uint32(i), End: uint32(i + 3)}, "a byte that the declared encoding, " + name + ", does not have"}
	}
	return out, nil
}

// decodeTable decodes a single-byte encoding. In the ISO 8859 family the bytes from 0x80 to 0x9f are control characters.
func decodeTable(text []byte, table *charmap.Charmap, name string, iso bool) ([]byte, *Undecodable) {
	out := make([]byte, 0, len(text)+len(text)/8+pad)
	var problem *Undecodable
	for _, b := range text {
		if b < utf8.RuneSelf {
			out = append(out, b)
			continue
		}
		r := table.DecodeByte(b)
		if r == utf8.RuneError && iso && b < 0xa0 {
			r = rune(b)
		}
		if r == utf8.RuneError && problem == nil {
			problem = &Undecodable{diag.Span{Start: uint32(len(out)), End: uint32(len(out)) + 3}, "a byte that the declared encoding, " + name + ", does not have"}
		}
		out = utf8.AppendRune(out, r)
	}
	return out, problem
}

func invalidUTF8(text []byte) *Undecodable {
	if utf8.Valid(text) {
		return nil
	}
	i := 0
	for i < len(text) {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		i += size
	}
	return &Undecodable{diag.Span{Start: uint32(i), End: uint32(i + 1)}, "a byte that is not UTF-8; declare the file's encoding in its first line or convert it"}
}

// declaration finds `coding: name` in a comment that is alone on the first line, or on the second after a blank line or a
// comment.
func declaration(text []byte) (string, diag.Span) {
	offset := 0
	for range 2 {
		line := text[offset:]
		end := bytes.IndexAny(line[:min(len(line), 4096)], "\r\n")
		if end >= 0 {
			line = line[:end]
		}
		body := bytes.TrimLeft(line, " \t\f")
		if len(body) > 0 && body[0] != '#' {
			return "", diag.Span{}
		}
		if name, i := codingName(body); name != "" {
			start := uint32(offset + len(line) - len(body) + i)
			return name, diag.Span{Start: start, End: start + uint32(len(name))}
		}
		if end < 0 {
			break
		}
		if line[:end+1][end] == '\r' && offset+end+1 < len(text) && text[offset+end+1] == '\n' {
			end++
		}
		offset += end + 1
	}
	return "", diag.Span{}
}

func codingName(comment []byte) (string, int) {
	from := 0
	for {
		i := bytes.Index(comment[from:], []byte("coding"))
		if i < 0 {
			return "", 0
		}
		i += from + len("coding")
		from = i
		if i >= len(comment) || comment[i] != ':' && comment[i] != '=' {
			continue
		}
		i++
		for i < len(comment) && (comment[i] == ' ' || comment[i] == '\t') {
			i++
		}
		j := i
		for j < len(comment) && (comment[j] == '-' || comment[j] == '_' || comment[j] == '.' ||
			comment[j] >= '0' && comment[j] <= '9' || comment[j]|0x20 >= 'a' && comment[j]|0x20 <= 'z') {
			j++
		}
		if j > i {
			return string(comment[i:j]), i
		}
	}
}

// canonicalName folds case and punctuation, and the names that Python has for one encoding.
func canonicalName(name string) string {
	n := strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '_' || r == '-' || r == '.' }), "-")
	if n == "utf-8" || strings.HasPrefix(n, "utf-8-") || n == "utf8" || n == "u8" || n == "cp65001" || n == "utf8-ucs2" || n == "utf8-ucs4" || n == "utf" {
		return "utf-8"
	}
	if n == "latin-1" || n == "iso-8859-1" || n == "iso-latin-1" || strings.HasPrefix(n, "latin-1-") ||
		strings.HasPrefix(n, "iso-8859-1-") || strings.HasPrefix(n, "iso-latin-1-") {
		return "iso-8859-1"
	}
	if a, ok := aliases[n]; ok {
		return a
	}
	return n
}

var aliases = map[string]string{
	"us-ascii": "ascii", "646": "ascii", "ansi-x3-4-1968": "ascii",
	"latin1": "iso-8859-1", "latin": "iso-8859-1", "l1": "iso-8859-1", "8859": "iso-8859-1", "cp819": "iso-8859-1", "iso8859-1": "iso-8859-1", "iso8859": "iso-8859-1", "iso-8859-1-1987": "iso-8859-1",
	"latin2": "iso-8859-2", "latin-2": "iso-8859-2", "l2": "iso-8859-2", "iso8859-2": "iso-8859-2",
	"latin3": "iso-8859-3", "iso8859-3": "iso-8859-3", "latin4": "iso-8859-4", "iso8859-4": "iso-8859-4",
	"iso8859-5": "iso-8859-5", "cyrillic": "iso-8859-5", "iso8859-6": "iso-8859-6", "arabic": "iso-8859-6",
	"iso8859-7": "iso-8859-7", "greek": "iso-8859-7", "iso8859-8": "iso-8859-8", "hebrew": "iso-8859-8",
	"iso8859-9": "iso-8859-9", "latin5": "iso-8859-9", "iso8859-10": "iso-8859-10", "latin6": "iso-8859-10",
	"iso8859-13": "iso-8859-13", "iso8859-14": "iso-8859-14", "iso8859-15": "iso-8859-15", "latin9": "iso-8859-15", "latin-9": "iso-8859-15", "iso8859-16": "iso-8859-16",
	"windows-1250": "cp1250", "windows-1251": "cp1251", "windows-1252": "cp1252", "1252": "cp1252", "windows-1253": "cp1253",
	"windows-1254": "cp1254", "windows-1255": "cp1255", "windows-1256": "cp1256", "windows-1257": "cp1257", "windows-1258": "cp1258",
	"ibm437": "cp437", "437": "cp437", "ibm850": "cp850", "850": "cp850", "ibm852": "cp852", "ibm855": "cp855", "ibm866": "cp866", "866": "cp866",
	"macroman": "mac-roman", "macintosh": "mac-roman", "mac-roman": "mac-roman",
	"eucjp": "euc-jp", "ujis": "euc-jp", "u-jis": "euc-jp", "shiftjis": "shift-jis", "sjis": "shift-jis", "s-jis": "shift-jis", "csshiftjis": "shift-jis",
	"cp932": "shift-jis", "ms932": "shift-jis", "mskanji": "shift-jis", "iso2022-jp": "iso-2022-jp", "csiso2022jp": "iso-2022-jp",
	"euckr": "euc-kr", "cp949": "euc-kr", "ks-c-5601": "euc-kr", "949": "euc-kr", "uhc": "euc-kr",
	"cp936": "gbk", "936": "gbk", "ms936": "gbk", "gb2312": "gbk", "euc-cn": "gbk", "euccn": "gbk", "chinese": "gbk",
	"big5-tw": "big5", "csbig5": "big5", "cp950": "big5", "hz": "hz", "hzgb": "hz", "hz-gb": "hz", "gb18030-2000": "gb18030",
}

var encodings = map[string]encoding.Encoding{
	"iso-8859-1": charmap.ISO8859_1, "iso-8859-2": charmap.ISO8859_2, "iso-8859-3": charmap.ISO8859_3,
	"iso-8859-4": charmap.ISO8859_4, "iso-8859-5": charmap.ISO8859_5, "iso-8859-6": charmap.ISO8859_6,
	"iso-8859-7": charmap.ISO8859_7, "iso-8859-8": charmap.ISO8859_8, "iso-8859-9": charmap.ISO8859_9,
	"iso-8859-10": charmap.ISO8859_10, "iso-8859-13": charmap.ISO8859_13, "iso-8859-14": charmap.ISO8859_14,
	"iso-8859-15": charmap.ISO8859_15, "iso-8859-16": charmap.ISO8859_16,
	"cp1250": charmap.Windows1250, "cp1251": charmap.Windows1251, "cp1252": charmap.Windows1252, "cp1253": charmap.Windows1253,
	"cp1254": charmap.Windows1254, "cp1255": charmap.Windows1255, "cp1256": charmap.Windows1256, "cp1257": charmap.Windows1257,
	"cp1258": charmap.Windows1258, "cp437": charmap.CodePage437, "cp850": charmap.CodePage850, "cp852": charmap.CodePage852,
	"cp855": charmap.CodePage855, "cp858": charmap.CodePage858, "cp860": charmap.CodePage860, "cp862": charmap.CodePage862,
	"cp863": charmap.CodePage863, "cp865": charmap.CodePage865, "cp866": charmap.CodePage866,
	"koi8-r": charmap.KOI8R, "koi8-u": charmap.KOI8U, "mac-roman": charmap.Macintosh,
	"euc-jp": japanese.EUCJP, "shift-jis": japanese.ShiftJIS, "iso-2022-jp": japanese.ISO2022JP, "euc-kr": korean.EUCKR,
	"gbk": simplifiedchinese.GBK, "gb18030": simplifiedchinese.GB18030, "hz": simplifiedchinese.HZGB2312, "big5": traditionalchinese.Big5,
}
