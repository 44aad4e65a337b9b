// Package parser turns Python source into the trees of package ast.
//
// It reads the union of the grammars of Python 3.8 to 3.15 and notes what a chosen version does not have yet. The
// scanner (scan.go) produces one token at a time into the Parser itself; the parser is recursive descent, with
// precedence climbing for operators and loops for chains. Strings with replacement fields are parsed in place
// (fstring.go), since their tokens depend on where in the field they stand.
//
// A tree always comes back. A fault makes the current token Invalid, which no production accepts, so that the parser
// unwinds to the statement, leaves a BadStmt or a header with what it had, and goes on with the next line.
//
// A Parser owns the memory of its tree: the tree, its lists and the fault list are valid until the Parser parses
// again. File.Names are slices of the source. In steady state parsing allocates nothing.
package parser

import (
	"bytes"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/token"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// Newest is the minor version of the newest Python 3 that the grammar covers.
const Newest = 15

// Pad is how many zero bytes the scanner wants after the source; Parse copies a source without them.
const Pad = 16

const (
	maxBrackets  = 200   // as CPython
	maxIndents   = 100   // as CPython
	maxDepth     = 1500  // nested expressions and statements
	maxChain     = 50000 // operators, calls or elifs in one chain: their trees nest too
	maxFaults    = 100
	maxStringTop = 150 // nested f-strings, as CPython
	maxSourceLen = 1 << 31
)

// Options of one Parse.
type Options struct {
	// Python is the minor version of Python 3 whose grammar applies; 0 means the newest.
	Python int
}

// A Fault is what is wrong with a source, in the reader's words.
type Fault struct {
	Span    diag.Span
	Message string
	// MinVersion is the minor version of Python 3 that accepts this, 0 when none does.
	MinVersion int
}

// Parser parses one file at a time. Its zero value is ready.
type Parser struct {
	src     []byte // padded with zeros
	n       int    // length of the source proper
	version int
	hasCR   bool

	// The current token. end is that of the last token that is not a line end, indent or dedent.
	pos        int // where the scanner goes on
	tok        token.Kind
	start, end uint32
	prevEnd    uint32
	sym        ast.Sym // of a Name or keyword
	str        strInfo // of a String, FString or TString
	bol        bool    // at the start of a logical line
	failed     bool

	nest     int // open brackets
	field    int // value of nest in the innermost replacement field, 0 outside
	dedents  int // Dedent tokens still to hand out
	indents  []indent
	opens    [maxBrackets + 1]uint32
	depth    int
	strDepth int
	comment  uint32 // end of the last recorded comment
	spec     int    // > 0 while trying an alternative: faults are not recorded
	fields   int    // nested format specs
	rescan   int    // bytes read twice because of a bracket that is never closed

	faults  []Fault
	failPos uint32 // start of the token at the last fault
	failEnd uint32

	file ast.File
	interner
	nodes
}

type indent struct{ col, alt int }

// Parse parses src, which is UTF-8 without a byte order mark (see package source). The tree may contain BadStmt and
// BadExpr exactly when there are faults.
func Parse(p *Parser, src []byte, opts Options) (*ast.File, []Fault) {
	p.begin(src, opts)
	if len(src) > maxSourceLen {
		p.src, p.n = make([]byte, Pad), 0
		p.faultAt(0, 0, "the file is too large: more than 2 GiB")
	}
	p.bol = true
	p.next()
	p.file.Body = p.statements(false)
	p.file.Names = p.names
	p.checkFuture()
	return &p.file, p.faults
}

func (p *Parser) begin(src []byte, opts Options) {
	n := len(src)
	if cap(src)-n >= Pad && bytes.Count(src[n:n+Pad], []byte{0}) == Pad {
		p.src = src[:n+Pad]
	} else {
		p.src = make([]byte, n+Pad)
		copy(p.src, src)
	}
	p.n = n
	p.version = opts.Python
	if p.version == 0 {
		p.version = Newest
	}
	p.hasCR = bytes.IndexByte(src, '\r') >= 0
	p.pos, p.tok, p.start, p.end, p.prevEnd = 0, token.Invalid, 0, 0, 0
	p.failed, p.nest, p.field, p.dedents, p.depth, p.strDepth, p.spec, p.fields = false, 0, 0, 0, 0, 0, 0, 0
	p.comment, p.rescan = 0, 0
	p.indents = append(p.indents[:0], indent{})
	p.faults = p.faults[:0]
	p.interner.reset()
	p.nodes.reset()
	p.file = ast.File{
		Src:      p.src[:n],
		Lines:    source.AppendLines(p.file.Lines[:0], p.src[:n]),
		Comments: p.file.Comments[:0],
		Parts:    p.file.Parts[:0],
	}
}

// fail records a fault at the current token and makes the parser unwind.
func (p *Parser) fail(message string) {
	if p.failed {
		return
	}
	end := max(p.end, p.start+1)
	switch p.tok {
	case token.EOF, token.Newline, token.Indent, token.Dedent:
		end = p.start
	}
	p.failSpan(p.start, end, message)
}

// failSpan records a fault with its own place and makes the parser unwind.
func (p *Parser) failSpan(start, end uint32, message string) {
	if p.failed {
		return
	}
	p.failed = true
	p.failPos, p.failEnd = max(p.start, start), max(p.end, end)
	if p.tok == token.Newline || p.tok == token.EOF {
		p.failPos = p.start
	}
	p.tok = token.Invalid
	p.faultAt(start, end, message)
}

// faultAt records a fault; parsing goes on.
func (p *Parser) faultAt(start, end uint32, message string) {
	if p.spec > 0 || len(p.faults) >= maxFaults {
		return
	}
	start = min(start, uint32(p.n))
	end = max(start, min(end, uint32(p.n)))
	p.faults = append(p.faults, Fault{Span: diag.Span{Start: start, End: end}, Message: message})
}

// need notes that the source at start:end needs Python 3.minor.
func (p *Parser) need(minor int, start, end uint32, what string) {
	if p.version >= minor || p.spec > 0 || len(p.faults) >= maxFaults {
		return
	}
	p.faults = append(p.faults, Fault{diag.Span{Start: start, End: end}, what + " needs Python " + versionName(minor), minor})
}

func versionName(minor int) string {
	if minor >= 10 {
		return "3.1" + string(rune('0'+minor-10))
	}
	return "3." + string(rune('0'+minor))
}

// state is what a trial of one alternative must restore.
type state struct {
	pos                 int
	tok                 token.Kind
	start, end, prevEnd uint32
	sym                 ast.Sym
	str                 strInfo
	nest, field, depth  int
	failed, bol         bool
	exprs, items        int
}

// try saves the state; between try and back or keep faults are not recorded. Trials happen inside one logical line only,
// so indentation is not part of the state.
func (p *Parser) try() state {
	p.spec++
	return state{p.pos, p.tok, p.start, p.end, p.prevEnd, p.sym, p.str, p.nest, p.field, p.depth, p.failed, p.bol, p.exprs.mark(), p.items.mark()}
}

func (p *Parser) keep() { p.spec-- }

func (p *Parser) back(s *state) {
	p.spec--
	p.pos, p.tok, p.start, p.end, p.prevEnd, p.sym, p.str = s.pos, s.tok, s.start, s.end, s.prevEnd, s.sym, s.str
	p.nest, p.field, p.depth, p.failed, p.bol = s.nest, s.field, s.depth, s.failed, s.bol
	p.exprs.stack = p.exprs.stack[:s.exprs]
	p.items.stack = p.items.stack[:s.items]
}

// accept consumes the token when it is k.
func (p *Parser) accept(k token.Kind) bool {
	if p.tok == k {
		p.next()
		return true
	}
	return false
}

// expect consumes k or fails.
func (p *Parser) expect(k token.Kind) {
	if p.tok == k {
		p.next()
		return
	}
	p.unexpected(k)
}

// unexpected fails because k should have come.
func (p *Parser) unexpected(k token.Kind) {
	if p.failed {
		return
	}
	if p.nest > 0 && (p.tok == token.EOF || k == token.RParen || k == token.RBracket || k == token.RBrace) {
		p.unclosed(k)
		return
	}
	p.fail("expected `" + k.String() + "`" + p.found())
}

// found says what stands here instead; nothing during a trial, whose faults nobody reads.
func (p *Parser) found() string {
	if p.spec > 0 {
		return ""
	}
	switch p.tok {
	case token.EOF, token.Newline, token.Indent, token.Dedent:
		return ", not the " + p.tok.String()
	case token.Number, token.String, token.FString, token.TString:
		return ", not a " + p.tok.String()
	case token.Name:
		return ", not `" + string(p.src[p.start:p.end]) + "`"
	}
	return ", not `" + p.tok.String() + "`"
}

func (p *Parser) unclosed(k token.Kind) {
	if p.tok == token.EOF || p.tok == token.Newline {
		open := p.opens[p.nest-1]
		p.failSpan(open, open+1, "`"+string(p.src[open])+"` is never closed")
		return
	}
	if k == token.RBrace || k == token.RParen || k == token.RBracket {
		p.fail("expected `" + k.String() + "` or a comma" + p.found())
		return
	}
	p.fail("expected `" + k.String() + "`" + p.found())
}

// name consumes an identifier and returns its symbol.
func (p *Parser) name() ast.Sym {
	if p.tok != token.Name {
		if p.tok.Keyword() {
			p.fail("`" + p.tok.String() + "` is a keyword and cannot be a name")
		} else {
			p.fail("expected a name" + p.found())
		}
		return 0
	}
	s := p.sym
	p.next()
	return s
}

// enter counts nesting; leave must follow in any case.
func (p *Parser) enter() {
	p.depth++
	if p.depth > maxDepth {
		p.fail("too deeply nested")
	}
}

func (p *Parser) leave() { p.depth-- }
