package rule

import (
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
)

// takesEither are functions that are given an address to fetch, or the text itself.
var takesEither = []string{"feedparser.parse", "pandas.read_html", "pandas.read_xml", "pandas.read_csv", "pandas.read_json"}

// GivenText says whether a call that could fetch an address is given what was fetched before: the text, content or bytes of an answer,
// or a file in memory.
func GivenText(p *Pass, s *effects.Site) bool {
	if s.Call == nil || s.Op.Code != facts.Call || !HasPrefix(s.Path, takesEither...) && !HasPrefix(CalledAs(s), takesEither...) {
		return false
	}
	f := p.FuncOf(s.Node)
	file, fn := p.FileOf(f), p.Facts(f)
	pos := file.Facts.Args(s.Op).Pos
	if len(pos) == 0 {
		return false
	}
	r := facts.Ref(pos[0])
	for range 10 {
		d := DefOf(file, fn, r)
		if d == nil {
			return textByName(file, fn, r)
		}
		switch d.Code {
		case facts.Copy, facts.Await:
			r = facts.Ref(d.A)
		case facts.Call:
			callee := DefOf(file, fn, facts.Ref(d.A))
			if callee == nil || callee.Code != facts.Attr {
				return false
			}
			return slices.Contains([]string{"text", "read", "decode", "getvalue", "StringIO", "BytesIO"}, file.Facts.Str(callee.B))
		case facts.Attr:
			return slices.Contains([]string{"text", "content", "body", "data"}, file.Facts.Str(d.B))
		default:
			return false
		}
	}
	return false
}

// textByName: the parameter says that it is the text and not where it is.
func textByName(file *link.File, fn *facts.Func, r facts.Ref) bool {
	for i := range fn.Params {
		if fn.Params[i].Var != r {
			continue
		}
		words := Words(file.Facts.Str(fn.Params[i].Name))
		return len(words) > 0 && slices.Contains([]string{"text", "content", "contents", "body", "xml", "html", "raw", "string", "bytes"}, words[len(words)-1])
	}
	return false
}
