package parser

import (
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/python/token"
)

// FuzzLex: whatever the bytes, tokens follow one another through the source and end, indents are closed by as many dedents unless a bracket is left open,
// and after a fault there are no more tokens.
func FuzzLex(f *testing.F) {
	for _, s := range []string{"if x:\n\ty = [1,\n2]\n", "f'{a!r:{b}}' t\"x\" rb'''\n'''\r\n", "\f  # c\nclass \u00e9: pass", "0x_f 1_0.e-5j \\\n...", "\"unterminated\n", "x = (]\n", "\ufeff\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var p Parser
		p.begin(src, Options{})
		p.bol = true
		depth := 0
		last := uint32(0)
		for n := 0; ; n++ {
			p.next()
			if n > 3*len(src)+10 {
				t.Fatalf("%d tokens in %d bytes", n, len(src))
			}
			if p.failed {
				if len(p.faults) == 0 {
					t.Fatal("stopped without a fault")
				}
				return
			}
			switch p.tok {
			case token.Indent:
				depth++
				continue
			case token.Dedent:
				depth--
				continue
			case token.Newline:
				continue
			case token.EOF:
				if depth != 0 && p.nest == 0 { // within brackets there are no lines, and so no dedents
					t.Fatalf("%d indents are left open", depth)
				}
				return
			}
			if p.start < last || p.end < p.start || int(p.end) > len(src)+1 || depth < 0 {
				t.Fatalf("token %v at %d:%d after %d, in %d bytes, %d indents", p.tok, p.start, p.end, last, len(src), depth)
			}
			last = p.start
		}
	})
}
