package security

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW805", Name: "tls-verification-off", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("tls_verification_off.md"), Check: tlsVerificationOff,
})

func tlsVerificationOff(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	told := map[*facts.Op]bool{}
	handed := false // some call of a client takes options that are not written out
	for i := range p.Calls {
		c := &p.Calls[i]
		file := p.File(effects.Node(c.From))
		if c.Op.Code != facts.Call || file.Test || told[c.Op] {
			continue
		}
		how := ""
		for _, o := range [][2]string{{"requests", "verify"}, {"httpx", "verify"}, {"aiohttp", "ssl"}, {"aiohttp", "verify_ssl"}} {
			if !rule.HasPrefix(c.Path, o[0]) {
				continue
			}
			handed = handed || o[1] == "verify" && rule.OpenKeywords(file, c.Op)
			if option(flow, file, c.Op, o[1]).Is(facts.ConstFalse) {
				how = o[1] + "=False"
			}
		}
		if how == "" || here(c.Pos(0).Strings()) || here(c.Pos(1).Strings()) || probe(p, file, c) || optional(flow, file, c.Op) {
			continue
		}
		told[c.Op] = true
		x := p.At(p.FuncOf(effects.Node(c.From)), c.Op)
		what := "talks to whoever answers"
		if c.Entity != nil && c.Entity.Kind == knowledge.Class {
			what = "makes a client that talks to whoever answers"
		}
		x.Message = fmt.Sprintf("`%s` %s: `%s` takes any certificate", c.DisplayPath(), what, how)
		x.Help = trust(c.Path)
		p.Report(x)
	}
	for f := range link.Func(p.Funcs()) {
		if !p.FileOf(f).Test && !onPurpose(p.FileOf(f).Facts.Str(p.Facts(f).Name)) {
			turnedOff(p, flow, f, handed)
		}
	}
}

// optional: a condition on the way asks an option of the program's for just this, `if not args.verify_ssl:`.
func optional(flow *rule.Flow, file *link.File, op *facts.Op) (yes bool) {
	rule.Around(file, op, func(c *facts.Ctx) bool {
		if c.Kind != facts.CtxIf {
			return true
		}
		yes = ofCheck(flow.NameOf(file, c.A))
		// What the condition reads stands between the `if` and what it guards.
		for o := range file.Facts.Ops {
			if x := &file.Facts.Ops[o]; x.Code == facts.Attr && x.Ctx == c.Parent && x.Pos >= c.Pos && x.Pos < op.Pos {
				yes = yes || ofCheck(file.Facts.Str(x.B))
			}
		}
		return !yes
	})
	return yes
}

// ofCheck: the name is one of an option that turns the check on or off.
func ofCheck(name string) bool {
	return slices.ContainsFunc(rule.Words(name), func(w string) bool {
		switch w {
		case "verify", "verification", "ssl", "tls", "insecure", "secure", "cert", "certs", "certificate", "certificates":
			return true
		}
		return false
	})
}

// probing are the options of a call that hand nothing over.
var probing = []string{"timeout", "ssl", "verify", "verify_ssl", "allow_redirects", "follow_redirects", "params", "stream"}

// answered are the attributes of a reply that tell only that something answered.
var answered = []string{"status", "status_code", "ok", "is_success", "reason", "reason_phrase", "raise_for_status", "headers", "content_type", "close", "aclose", "release", "closed", "elapsed"}

// probe: the call asks whether something answers. It sends no header, body or key of its own, and of the reply it reads no more than the
// status, so that somebody in between gains nothing.
func probe(p *rule.Pass, file *link.File, c *link.LibraryCall) bool {
	switch c.Path[strings.LastIndexByte(c.Path, '.')+1:] {
	case "get", "head", "options", "ws_connect":
	default:
		return false
	}
	a := file.Facts.Args(c.Op)
	for i := 0; i+1 < len(a.Kw); i += 2 {
		if a.Kw[i] == 0 || !slices.Contains(probing, file.Facts.Str(a.Kw[i])) {
			return false
		}
	}
	fn := p.Facts(p.FuncOf(effects.Node(c.From)))
	reply, read := map[facts.Ref]bool{c.Op.Dst: true}, false
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op == c.Op || !rule.ReadsAny(file, op, reply) {
			continue
		}
		switch op.Code {
		case facts.Copy, facts.Await, facts.Enter, facts.Narrow:
			reply[op.Dst] = true
		case facts.Attr:
			if !slices.Contains(answered, file.Facts.Str(op.B)) {
				return false
			}
			read = true
		case facts.Call: // asyncio.wait_for(session.ws_connect(…), 10)
			if len(p.CallsAt(op)) == 0 || !slices.ContainsFunc(p.CallsAt(op), func(i int) bool { return rule.HasPrefix(p.Calls[i].Path, "asyncio.wait_for", "asyncio.shield") }) {
				return false
			}
			reply[op.Dst] = true
		default:
			return false
		}
	}
	return read || c.Op.Flags&facts.FlagDiscarded != 0
}

const trustByName = "leave the check on; for a certificate of your own, name its authority: `verify=\"/path/to/ca.pem\"`"

// trust says how to name an authority to a library.
func trust(path string) string {
	switch {
	case rule.HasPrefix(path, "aiohttp"):
		return "leave the check on; for a certificate of your own, name its authority: `ssl=ssl.create_default_context(cafile=\"/path/to/ca.pem\")`"
	case rule.HasPrefix(path, "httpx"):
		return "leave the check on; for a certificate of your own, name its authority: `verify=ssl.create_default_context(cafile=\"/path/to/ca.pem\")`"
	}
	return trustByName
}

// onPurpose: the function's name says that it does not check, so that its caller chose that.
func onPurpose(name string) bool {
	words := rule.Words(name)
	return slices.ContainsFunc(words, func(w string) bool { return w == "unverified" || w == "insecure" || w == "unsafe" }) ||
		slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, "verif") }) && slices.ContainsFunc(words, func(w string) bool { return w == "no" || w == "non" || w == "without" || w == "disable" || w == "skip" })
}

// turnedOff looks for assignments that turn the check off for what is done later: on a session, in a context of ssl, or, where
// options are handed to a client, in those that a function was given. What a condition guards may be a setting.
func turnedOff(p *rule.Pass, flow *rule.Flow, f link.Func, handed bool) {
	file, fn := p.FileOf(f), p.Facts(f)
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if !rule.AlwaysRuns(file, op, 0) {
			continue
		}
		how := ""
		switch op.Code {
		case facts.SetAttr:
			_, par := flow.ParamOf(file, facts.Ref(op.A))
			self := par != nil && fn.Class != 0 && par == &fn.Params[0] // an option of its own
			switch name, value := file.Facts.Str(op.B), facts.Ref(op.C); {
			case name == "verify" && value.Is(facts.ConstFalse) && !self && rule.Imports(file, "requests", "httpx"):
				how = "verify = False"
			case name == "verify_mode" && flow.Dotted(file, value) == "ssl.CERT_NONE" && !otherModes(flow, file, fn) && !looksAtCertificate(flow, file, fn):
				how = "verify_mode = ssl.CERT_NONE"
			case name == "_create_default_https_context" && flow.Dotted(file, value) == "ssl._create_unverified_context":
				how = "_create_default_https_context = ssl._create_unverified_context"
			}
		case facts.SetItem:
			if par := behind(flow, file, facts.Ref(op.A)); handed && par != nil && isText(file, facts.Ref(op.B), "verify") && facts.Ref(op.C).Is(facts.ConstFalse) {
				how = file.Facts.Str(par.Name) + `["verify"] = False`
			}
		}
		if how == "" {
			continue
		}
		x := p.At(f, op)
		x.Certainty, x.ByForm = diag.Likely, true
		x.Message = fmt.Sprintf("connections that are made with this talk to whoever answers: `%s` takes any certificate", how)
		x.Help = trustByName
		if strings.Contains(how, "ssl.") {
			x.Help = "leave the check on; for a certificate of your own, name its authority: `ssl.create_default_context(cafile=\"/path/to/ca.pem\")`"
		}
		p.Report(x)
	}
}

// otherModes: the function turns the check on again, where its caller asks for it.
func otherModes(flow *rule.Flow, file *link.File, fn *facts.Func) bool {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if op := &file.Facts.Ops[o]; op.Code == facts.SetAttr && file.Facts.Str(op.B) == "verify_mode" && flow.Dotted(file, facts.Ref(op.C)) != "ssl.CERT_NONE" {
			return true
		}
	}
	return false
}

// looksAtCertificate: the connection is made to see the other side's certificate, whatever it is.
func looksAtCertificate(flow *rule.Flow, file *link.File, fn *facts.Func) bool {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if op := &file.Facts.Ops[o]; op.Code == facts.Call {
			if _, method := flow.Method(file, op); method == "getpeercert" {
				return true
			}
		}
	}
	return false
}

// behind is the parameter that a value is, with what the block put into it; nil for other values.
func behind(flow *rule.Flow, file *link.File, r facts.Ref) *facts.Param {
	for range 10 {
		if _, par := flow.ParamOf(file, r); par != nil {
			return par
		}
		d := flow.Def(file, r)
		if d == nil || d.Code != facts.Copy && d.Code != facts.SetItem {
			return nil
		}
		r = facts.Ref(d.A)
	}
	return nil
}

// option is what a call gives to an option: by its name, or in a dictionary of options that the block writes out.
func option(flow *rule.Flow, file *link.File, op *facts.Op, name string) facts.Ref {
	if r := rule.Keyword(file, op, name); r != 0 {
		return r
	}
	a := file.Facts.Args(op)
	for i := 0; i+1 < len(a.Kw); i += 2 {
		if a.Kw[i] != 0 {
			continue
		}
		for r := facts.Ref(a.Kw[i+1]); ; {
			d := flow.Def(file, r)
			if d == nil {
				break
			}
			if d.Code == facts.MakeDict {
				items := file.Facts.Items(d)
				for k := 0; k+1 < len(items); k += 2 {
					if isText(file, facts.Ref(items[k]), name) {
						return facts.Ref(items[k+1])
					}
				}
				break
			}
			if d.Code == facts.SetItem && isText(file, facts.Ref(d.B), name) {
				return facts.Ref(d.C)
			}
			if d.Code != facts.Copy && d.Code != facts.SetItem {
				break
			}
			r = facts.Ref(d.A)
		}
	}
	return 0
}

func isText(file *link.File, r facts.Ref, text string) bool {
	return r.Tag() == facts.TagStr && file.Facts.Str(r.Index()) == text
}

// here: the address is this machine.
func here(texts []string, _ bool) bool {
	for _, t := range texts {
		if strings.Contains(t, "//localhost") || strings.Contains(t, "//127.0.0.1") || strings.Contains(t, "//[::1]") {
			return true
		}
	}
	return false
}
