package security

import (
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// What a message says of a value right before it.
var (
	saysSecret = regexp.MustCompile(`(?i)\b(passwords?|passphrase|passwd|api[ _-]?key|secret[ _-]?key|private[ _-]?key|(access|auth|authentication|verification|bearer|refresh|session|reset|login|invitation)[ _-]token)( is| was)?\s*[:=]?\s*["'(\[]*$`)
	saysToken  = regexp.MustCompile(`(?i)\btoken( is| was)?\s*[:=]?\s*["'(\[]*$`)
	ofAccess   = regexp.MustCompile(`(?i)\b(auth|oauth|session|login|password|verification|bearer|credentials?|invitation|signup|sign-up)\b`)
	percent    = regexp.MustCompile(`%[-#0 +]*\d*(\.\d+)?[a-zA-Z]`)
)

// said is the name of a value that the message of a log calls a credential: "password: %s", "auth token (%s)". The value's own name has
// to be one of a credential as well, though not of which: pw, token, key.
func (x *flow) said(op *facts.Op) string {
	a := x.file.Facts.Args(op)
	whole, values := x.pieces(a.Pos)
	for _, v := range values {
		name := x.named(v.ref)
		words := rule.Words(name)
		if len(words) == 0 || slices.ContainsFunc(words, aboutSecret) {
			continue
		}
		last := words[len(words)-1]
		switch {
		case saysSecret.MatchString(v.before) && slices.Contains([]string{"password", "passwd", "pass", "pw", "pwd", "passphrase", "token", "key", "apikey", "secret"}, last),
			saysToken.MatchString(v.before) && last == "token" && ofAccess.MatchString(whole):
			return name
		}
	}
	return ""
}

// standsIn: by its file's name, the code stands in for a service while the program is developed, and writes what that would send.
func standsIn(path string) bool {
	return slices.ContainsFunc(rule.Words(path[strings.LastIndexByte(path, '/')+1:]), func(w string) bool {
		return w == "mock" || w == "mocks" || w == "fake" || w == "dummy" || w == "stub" || w == "console"
	})
}

// aboutSecret: a word of a name that means something about a credential, or a piece of text.
func aboutSecret(w string) bool {
	switch w {
	case "hash", "hashed", "id", "name", "file", "path", "url", "type", "len", "length", "count", "num", "prefix", "hint", "policy", "status", "field", "env", "masked", "redacted", "encrypted", "public",
		"next", "prev", "last", "first", "current", "special", "stop", "pad", "eos", "bos", "start", "end", "max", "min", "page", "sync", "cancellation", "continuation", "csrf", "text", "word", "prompt", "input",
		"output", "cache", "dict", "idempotency", "from", "for", "of", "by", "with", "using", "primary", "foreign", "partition", "sort", "index", "is", "has", "no", "valid", "invalid", "expires", "digest", "fingerprint":
		return true
	}
	return false
}

// piece is a value in a message, with the text before it.
type piece struct {
	before string
	ref    facts.Ref
}

// pieces are the whole text of a message and its values: of a format with arguments, of f-strings, of % and +, of print's arguments.
func (x *flow) pieces(args []uint32) (whole string, out []piece) {
	var text strings.Builder
	var add func(r facts.Ref, depth int)
	fill := func(format string, values []uint32) {
		cuts := percent.FindAllStringIndex(strings.ReplaceAll(format, "%%", "  "), -1)
		from := 0
		for i, c := range cuts {
			text.WriteString(format[from:c[0]])
			if i < len(values) {
				out = append(out, piece{text.String(), facts.Ref(values[i])})
			}
			from = c[1]
		}
		text.WriteString(format[from:])
	}
	add = func(r facts.Ref, depth int) {
		if r.Tag() == facts.TagStr {
			text.WriteString(x.file.Facts.Str(r.Index()))
			return
		}
		if d := x.def(r); d != nil && depth < 8 {
			switch d.Code {
			case facts.Format:
				elems, _ := x.file.Facts.Elems(d)
				for _, e := range elems {
					add(facts.Ref(e), depth+1)
				}
				return
			case facts.Copy:
				add(facts.Ref(d.A), depth+1)
				return
			case facts.BinOp:
				left := facts.Ref(d.A)
				if left.Tag() == facts.TagStr && percent.MatchString(x.file.Facts.Str(left.Index())) {
					values := []uint32{d.C}
					if t := x.def(facts.Ref(d.C)); t != nil && t.Code == facts.MakeTuple {
						values, _ = x.file.Facts.Elems(t)
					}
					fill(x.file.Facts.Str(left.Index()), values)
					return
				}
				add(left, depth+1)
				add(facts.Ref(d.C), depth+1)
				return
			}
		}
		out = append(out, piece{text.String(), r})
	}
	if len(args) > 1 {
		if r := facts.Ref(args[0]); r.Tag() == facts.TagStr && percent.MatchString(x.file.Facts.Str(r.Index())) {
			fill(x.file.Facts.Str(r.Index()), args[1:])
			return text.String(), out
		}
	}
	for _, r := range args {
		add(facts.Ref(r), 0)
		text.WriteByte(' ')
	}
	return text.String(), out
}

// named is what a value is called: a parameter, an attribute, a key.
func (x *flow) named(r facts.Ref) string {
	for range 10 { // in a loop, a variable may be a copy of itself
		for i := range x.fn.Params {
			if x.fn.Params[i].Var == r {
				return x.file.Facts.Str(x.fn.Params[i].Name)
			}
		}
		switch op := x.def(r); {
		case op == nil:
			return ""
		case op.Code == facts.Copy, op.Code == facts.Narrow:
			r = facts.Ref(op.A)
		case op.Code == facts.Attr:
			return x.file.Facts.Str(op.B)
		case op.Code == facts.Item && facts.Ref(op.C).Tag() == facts.TagStr:
			return x.file.Facts.Str(facts.Ref(op.C).Index())
		case op.Code == facts.Call:
			return givenBy(x.calledName(op))
		default:
			return ""
		}
	}
	return ""
}

// calledName is the last name of what a call calls.
func (x *flow) calledName(op *facts.Op) string {
	callee := facts.Ref(op.A)
	if m := x.def(callee); m != nil {
		if m.Code == facts.Attr {
			return x.file.Facts.Str(m.B)
		}
		return ""
	}
	for _, g := range x.file.Facts.Globals {
		if g.Ref == callee {
			return x.file.Facts.Str(g.Name)
		}
	}
	return ""
}

// givenBy is what a function's name says that it gives: get_vscode_token gives a vscode_token.
func givenBy(function string) string {
	w := rule.Words(function)
	if len(w) < 2 || !slices.Contains([]string{"get", "create", "generate", "make", "issue", "fetch", "obtain", "acquire", "new"}, w[0]) {
		return ""
	}
	return strings.Join(w[1:], "_")
}

// wordOfTexts: a token of this kind is a piece of text, not a credential.
func wordOfTexts(w string) bool {
	switch w {
	case "lex", "lexer", "parser", "syntax", "ast", "unknown", "mask", "cls", "sep", "unk", "image", "audio", "random", "sample", "number", "string", "comment", "operator", "nft", "erc20", "erc721", "reward", "gas", "base", "quote", "native", "wrapped", "lp", "pair", "contract", "governance", "design":
		return true
	}
	return false
}
