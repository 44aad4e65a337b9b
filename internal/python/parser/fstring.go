package parser

import (
	"bytes"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/token"
)

// Adjacent strings are one expression. Text that decodes to one constant may come from several of them:
//
//	"a" f"b{{c{x}d" "e"    values: 'ab{c', x, 'de'
//
// so text is collected as a run of parts (ast.Part), closed by the next replacement field or the end.

// run is the text collected so far for one constant.
type run struct {
	start, end uint32
	first      int // index of its first part
	last       int // after its last part
	open       bool
	u          bool
}

// stringsExpr: (STRING | fstring | tstring)+.
func (p *Parser) stringsExpr() ast.Expr {
	start := p.start
	if p.tok == token.String {
		info := p.str
		end := p.end
		p.checkText(info)
		p.next()
		if p.tok != token.String && p.tok != token.FString && p.tok != token.TString {
			return p.oneString(start, end, info)
		}
		return p.manyStrings(start, end, info)
	}
	return p.manyStrings(start, start, strInfo{})
}

func (p *Parser) oneString(start, end uint32, info strInfo) ast.Expr {
	c := p.constant.alloc()
	*c = ast.Constant{Range: ast.Range{Start: start, Stop: end}, Kind: ast.Str, U: p.src[start] == 'u'}
	if info.flags&strBytes != 0 {
		c.Kind = ast.Bytes
	}
	if info.flags&strCR == 0 && (info.flags&strBackslash == 0 || info.flags&strRaw != 0) {
		c.Plain = true
		c.Text = span(info.body, info.bodyEnd)
		return c
	}
	first := len(p.file.Parts)
	p.part(info.body, info.bodyEnd, info.flags)
	c.Text = diag.Span{Start: uint32(first), End: uint32(len(p.file.Parts))}
	return c
}

// part records a piece of text; its kind decides how it is decoded.
func (p *Parser) part(start, end uint32, flags strFlags) {
	kind := ast.PartPlain
	switch {
	case flags&strRaw != 0:
	case flags&strBytes != 0:
		kind = ast.PartBytesEscapes
	default:
		kind = ast.PartEscapes
	}
	p.file.Parts = append(p.file.Parts, ast.Part{Span: diag.Span{Start: start, End: end}, Kind: kind})
}

// checkText refuses text that Python cannot decode: a broken escape, or a character beyond ASCII in bytes.
func (p *Parser) checkText(info strInfo) {
	if info.flags&strBytes != 0 {
		for i := info.body; i < info.bodyEnd; i++ {
			if p.src[i] >= 0x80 {
				p.failSpan(p.start, p.end, "bytes can hold only ASCII characters; write others as escapes")
				return
			}
		}
	}
	if info.flags&strRaw == 0 && info.flags&strBackslash != 0 {
		p.checkEscapes(info.body, info.bodyEnd, info.flags)
	}
}

func (p *Parser) checkEscapes(start, end uint32, flags strFlags) {
	src := p.src[:end]
	i := int(start)
	for {
		k := bytes.IndexByte(src[i:], '\\')
		if k < 0 || i+k+1 >= len(src) {
			return
		}
		i += k
		size, problem := ast.CheckEscape(src[i:], flags&strBytes != 0)
		if problem != "" {
			p.failSpan(uint32(i), uint32(min(i+size, int(end))), problem)
			return
		}
		i += size
	}
}

// manyStrings reads the rest of a run of strings; the first, when it is a plain one, was already consumed.
func (p *Parser) manyStrings(start, end uint32, info strInfo) ast.Expr {
	mark := p.exprs.mark()
	var r run
	isBytes, isStr, format, template := false, false, false, false
	u := end > start && p.src[start] == 'u'
	add := end > start
	at := start
	for {
		if add {
			if info.flags&strBytes != 0 {
				isBytes = true
			} else {
				isStr = true
			}
			p.text(&r, at, end, info.body, info.bodyEnd, info.flags)
			add = false
		}
		if p.tok == token.String {
			at, end, info = p.start, p.end, p.str
			p.checkText(info)
			add = true
			p.next()
			continue
		}
		if p.tok == token.FString {
			format = true
			p.replacement(&r, false)
			continue
		}
		if p.tok == token.TString {
			template = true
			p.need(14, p.start, p.end, "a t-string")
			p.replacement(&r, true)
			continue
		}
		break
	}
	stop := p.prevEnd
	if isBytes && (isStr || format || template) {
		p.failSpan(start, stop, "bytes and text cannot be joined into one literal")
	}
	if template && (isStr || format) {
		p.failSpan(start, stop, "a t-string cannot be joined with other strings")
	}
	if !format && !template {
		c := p.constant.alloc()
		*c = ast.Constant{Range: ast.Range{Start: start, Stop: stop}, Kind: ast.Str, U: u,
			Text: diag.Span{Start: uint32(r.first), End: uint32(r.last)}}
		if isBytes {
			c.Kind = ast.Bytes
		}
		return c
	}
	p.flush(&r)
	values := p.exprs.cut(mark)
	if p.failed { // nothing may have been read
		p.prevEnd = max(p.prevEnd, start)
		if n := len(values); n > 0 {
			p.prevEnd = max(p.prevEnd, values[n-1].End())
		}
	}
	rng := p.from(start)
	if template {
		n := p.template.alloc()
		*n = ast.TemplateStr{Range: rng, Values: values}
		return n
	}
	n := p.joined.alloc()
	*n = ast.JoinedStr{Range: rng, Values: values}
	return n
}

// text adds source text to the run; start:end is its place, body the text itself.
func (p *Parser) text(r *run, start, end, body, bodyEnd uint32, flags strFlags) {
	p.extend(r, start, end)
	if len(p.file.Parts) == r.first {
		r.u = p.src[start] == 'u' && flags&strUnicode != 0
	}
	p.part(body, bodyEnd, flags)
	r.last = len(p.file.Parts)
}

// extend makes the run end at end and its parts the last ones, so that another can be appended: strings inside an
// expression with `=` after it come between.
func (p *Parser) extend(r *run, start, end uint32) {
	if !r.open {
		*r = run{start: start, first: len(p.file.Parts), last: len(p.file.Parts), open: true}
	}
	r.end = end
	if r.last != len(p.file.Parts) {
		first := len(p.file.Parts)
		p.file.Parts = append(p.file.Parts, p.file.Parts[r.first:r.last]...)
		r.first, r.last = first, len(p.file.Parts)
	}
}

// debugText adds the text of `{expression=}` to the run: no escapes, and comments are left out.
func (p *Parser) debugText(r *run, start, end uint32) {
	p.extend(r, start, end)
	c := len(p.file.Comments)
	for c > 0 && p.file.Comments[c-1].Start >= start {
		c--
	}
	for ; c < len(p.file.Comments) && p.file.Comments[c].Start < end; c++ {
		p.verbatim(start, p.file.Comments[c].Start)
		start = p.file.Comments[c].End
	}
	p.verbatim(start, end)
	r.last = len(p.file.Parts)
}

func (p *Parser) verbatim(start, end uint32) {
	p.file.Parts = append(p.file.Parts, ast.Part{Span: diag.Span{Start: start, End: end}, Kind: ast.PartPlain})
}

// flush closes the run with a constant, unless it holds no text.
func (p *Parser) flush(r *run) {
	if !r.open {
		return
	}
	r.open = false
	empty := true
	for _, part := range p.file.Parts[r.first:r.last] {
		if !p.emptyPart(part) {
			empty = false
			break
		}
	}
	if empty {
		return
	}
	c := p.constant.alloc()
	*c = ast.Constant{Range: ast.Range{Start: r.start, Stop: r.end}, Kind: ast.Str, U: r.u,
		Text: diag.Span{Start: uint32(r.first), End: uint32(r.last)}}
	if r.last == r.first+1 {
		part := p.file.Parts[r.first]
		text := p.src[part.Start:part.End]
		if (part.Kind == ast.PartPlain || part.Kind == ast.PartEscapes && bytes.IndexByte(text, '\\') < 0) && !(p.hasCR && bytes.IndexByte(text, '\r') >= 0) {
			c.Plain = true
			c.Text = part.Span
		}
	}
	p.exprs.push(c)
}

// emptyPart reports whether a part decodes to nothing: no bytes, or only escaped line ends.
func (p *Parser) emptyPart(part ast.Part) bool {
	if part.Kind != ast.PartEscapes {
		return part.Start == part.End
	}
	for i := part.Start; i < part.End; i++ {
		if p.src[i] != '\\' || i+1 >= part.End || p.src[i+1] != '\n' && p.src[i+1] != '\r' {
			return false
		}
		i++
		if p.src[i] == '\r' && i+1 < part.End && p.src[i+1] == '\n' {
			i++
		}
	}
	return true
}

// replacement reads one f-string or t-string whose start is the current token, up to and with its closing quote.
func (p *Parser) replacement(r *run, template bool) {
	if p.strDepth >= maxStringTop {
		p.fail("too many nested f-strings")
		return
	}
	p.strDepth++
	field, fields := p.field, p.fields
	p.field, p.fields = 0, 0
	start, info := p.start, p.str
	quote := p.src[info.body-1]
	i := p.middle(r, start, info, quote, template, false)
	p.field, p.fields = field, fields
	p.strDepth--
	if p.failed {
		return
	}
	p.pos = i
	p.end = uint32(i)
	p.next()
}

// middle scans the text and fields of a string from info.body to its closing quote, or of a format spec to the brace
// that ends it, and returns the offset after the quote or of the brace.
func (p *Parser) middle(r *run, start uint32, info strInfo, quote byte, template, spec bool) int {
	src := p.src
	i := int(info.body)
	from := i
	raw := info.flags&strRaw != 0
	triple := info.flags&strTriple != 0
	escapes := false
	for {
		switch c := src[i]; c {
		case quote:
			if triple && (src[i+1] != quote || src[i+2] != quote) {
				i++
				continue
			}
			if spec {
				p.start, p.end = uint32(i), uint32(i+1)
				p.tok = token.String
				p.fail("expected `}` before the string ends")
				return i
			}
			p.piece(r, from, i, i, info, escapes)
			if triple {
				return i + 3
			}
			return i + 1
		case '{':
			if !spec && src[i+1] == '{' {
				p.piece(r, from, i+1, i+2, info, escapes)
				i += 2
				from, escapes = i, false
				continue
			}
			p.piece(r, from, i, i, info, escapes)
			i = p.replacementField(r, i, info, quote, template, spec)
			if p.failed {
				return i
			}
			from, escapes = i, false
			continue
		case '}':
			if spec {
				p.piece(r, from, i, i, info, escapes)
				return i
			}
			if src[i+1] != '}' {
				p.start, p.end = uint32(i), uint32(i+1)
				p.tok = token.RBrace
				p.fail("a single `}` in an f-string; write `}}`")
				return i
			}
			p.piece(r, from, i+1, i+2, info, escapes)
			i += 2
			from, escapes = i, false
			continue
		case '\\':
			i++
			escapes = true
			switch d := src[i]; {
			case d == '{' || d == '}':
				continue
			case d == 'N' && !raw && src[i+1] == '{':
				// \N{NAME} is text; anything else after \N{ is a broken escape, found when the piece is checked.
				if k := bytes.IndexByte(src[i:p.n], '}'); k >= 0 && bytes.IndexByte(src[i:i+k], quote) < 0 {
					i += k + 1
					continue
				}
				i += 2
				continue
			case d == '\r' && src[i+1] == '\n':
				i += 2
				continue
			case i >= p.n:
				continue
			}
			i++
			continue
		case '\n', '\r':
			if !triple {
				if spec {
					if p.version >= 14 {
						p.start, p.end = uint32(i), uint32(i)
						p.tok = token.Newline
						p.failSpan(uint32(i), uint32(i), "a line cannot end inside a format spec of a string with single quotes")
						return i
					}
					p.piece(r, from, i, i, info, escapes)
					return i
				}
				p.start = start
				p.str.flags = info.flags
				p.unterminated(int(start), i)
				return i
			}
		case 0:
			if i >= p.n {
				p.start = start
				p.str.flags = info.flags
				p.unterminated(int(start), p.n)
				return i
			}
			p.start, p.end = uint32(i), uint32(i+1)
			p.failSpan(uint32(i), uint32(i+1), "a NUL byte: this is not Python source")
			return i
		}
		i++
	}
}

// piece adds src[from:to] to the run; it occupies the source up to end.
func (p *Parser) piece(r *run, from, to, end int, info strInfo, escapes bool) {
	if from == to {
		return
	}
	if escapes && info.flags&strRaw == 0 {
		p.checkEscapes(uint32(from), uint32(to), info.flags)
	}
	p.text(r, uint32(from), uint32(end), uint32(from), uint32(to), info.flags)
}

// replacementField: '{' (yield_expr | star_expressions) ['='] ['!' NAME] [':' format_spec] '}'; open is the offset of
// its brace. It returns the offset after the closing brace.
func (p *Parser) replacementField(r *run, open int, info strInfo, quote byte, template, inSpec bool) int {
	if p.nest >= maxBrackets {
		p.start, p.end = uint32(open), uint32(open+1)
		p.fail("too many nested brackets: more than 200")
		return open
	}
	p.fields++
	if p.fields > 3 {
		p.start, p.end = uint32(open), uint32(open+1)
		p.fail("replacement fields nested too deeply in a format spec")
		return open
	}
	p.enter()
	outer := p.field
	p.opens[p.nest] = uint32(open)
	p.nest++
	p.field = p.nest
	p.pos = open + 1
	p.end = uint32(open + 1)
	p.next()
	switch p.tok {
	case token.RBrace, token.Exclamation, token.Colon, token.Assign:
		p.fail("a replacement field needs an expression before " + "`" + p.tok.String() + "`")
	}
	value := p.starsOrYield()
	textEnd := p.start
	debug := false
	if p.tok == token.Assign {
		p.next()
		debug = true
		p.debugText(r, uint32(open+1), p.start)
	}
	if p.version < 12 && p.modernField(open+1, int(textEnd), quote, info.flags) {
		p.need(12, uint32(open), max(textEnd, uint32(open)), "a quote, backslash or comment like this in a replacement field")
	}
	conversion := -1
	if p.tok == token.Exclamation {
		conversion = p.conversion()
	}
	var spec *ast.JoinedStr
	if p.tok == token.Colon && !p.failed {
		spec = p.formatSpec(info, quote)
	} else if debug && conversion < 0 {
		conversion = 'r'
	}
	if p.tok != token.RBrace && !p.failed {
		p.fieldEnd(debug)
	}
	p.field = outer
	p.fields--
	p.leave()
	stop := p.end
	if p.failed {
		stop = max(p.prevEnd, value.End(), uint32(open+1))
		if spec != nil {
			stop = max(stop, spec.Stop)
		}
	}
	r0 := ast.Range{Start: uint32(open), Stop: stop}
	p.flush(r)
	if template && !inSpec {
		n := p.interpol.alloc()
		*n = ast.Interpolation{Range: r0, Value: value, Str: span(uint32(open+1), max(textEnd, uint32(open+1))), Conversion: conversion, FormatSpec: spec}
		p.exprs.push(n)
	} else {
		n := p.formatted.alloc()
		*n = ast.FormattedValue{Range: r0, Value: value, Conversion: conversion, FormatSpec: spec}
		p.exprs.push(n)
	}
	return p.pos
}

// modernField reports whether the expression of a field uses what PEP 701 brought: the string's own quote, a backslash, a
// comment, or a line end between single quotes.
func (p *Parser) modernField(start, end int, quote byte, flags strFlags) bool {
	if end < start {
		return false
	}
	text := p.src[start:end]
	if flags&strTriple == 0 {
		return bytes.IndexByte(text, quote) >= 0 || bytes.ContainsAny(text, "\\#\n\r")
	}
	return bytes.Contains(text, []byte{quote, quote, quote}) || bytes.ContainsAny(text, "\\#")
}

// fieldEnd fails because a replacement field does not end.
func (p *Parser) fieldEnd(debug bool) {
	switch {
	case p.tok == token.EOF:
		p.unclosed(token.RBrace)
	case debug:
		p.fail("expected `!`, `:` or `}` after `=` in a replacement field" + p.found())
	default:
		p.fail("expected `=`, `!`, `:` or `}` in a replacement field" + p.found())
	}
}

func (p *Parser) conversion() int {
	end := p.end
	p.next()
	if p.tok != token.Name {
		p.fail("a conversion is one of `!s`, `!r`, `!a`")
		return -1
	}
	if p.start != end {
		p.fail("no blank can stand between `!` and the conversion")
		return -1
	}
	c := -1
	if p.end-p.start == 1 {
		switch p.src[p.start] {
		case 's', 'r', 'a':
			c = int(p.src[p.start])
		}
	}
	if c < 0 {
		p.fail("a conversion is one of `!s`, `!r`, `!a`")
		return -1
	}
	p.next()
	return c
}

// formatSpec reads a format spec after its colon, the current token, and makes the closing brace the current token.
func (p *Parser) formatSpec(info strInfo, quote byte) *ast.JoinedStr {
	start := p.start
	mark := p.exprs.mark()
	info.body = p.end
	var r run
	i := p.middle(&r, start, info, quote, false, true)
	if !p.failed {
		p.flush(&r)
		p.end = uint32(i)
		p.pos = i
		p.next()
	}
	values := p.exprs.cut(mark)
	end := max(start, uint32(i))
	if n := len(values); p.failed && n > 0 {
		end = max(end, values[n-1].End())
	}
	n := p.joined.alloc()
	*n = ast.JoinedStr{Range: ast.Range{Start: start, Stop: end}, Values: values}
	return n
}
