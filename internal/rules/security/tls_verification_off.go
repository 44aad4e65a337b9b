package security

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW805", Name: "tls-verification-off", Since: "0.1", Family: "security",
	Doc: docs.Read("tls_verification_off.md"), Check: tlsVerificationOff,
})

func tlsVerificationOff(p *rule.Pass) {
	told := map[*facts.Op]bool{}
	for i := range p.Calls {
		c := &p.Calls[i]
		file := p.File(effects.Node(c.From))
		if c.Op.Code != facts.Call || file.Test || told[c.Op] {
			continue
		}
		how := ""
		switch {
		case rule.HasPrefix(c.Path, "requests", "httpx") && rule.Keyword(file, c.Op, "verify").Is(facts.ConstFalse):
			how = "verify=False"
		case rule.HasPrefix(c.Path, "aiohttp") && rule.Keyword(file, c.Op, "ssl").Is(facts.ConstFalse):
			how = "ssl=False"
		case rule.HasPrefix(c.Path, "aiohttp") && rule.Keyword(file, c.Op, "verify_ssl").Is(facts.ConstFalse):
			how = "verify_ssl=False"
		default:
			continue
		}
		if here(c.Pos(0).Strings()) || here(c.Pos(1).Strings()) {
			continue
		}
		told[c.Op] = true
		x := p.At(p.FuncOf(effects.Node(c.From)), c.Op)
		what := "talks to whoever answers"
		if c.Entity != nil && c.Entity.Kind == knowledge.Class {
			what = "makes a client that talks to whoever answers"
		}
		x.Message = fmt.Sprintf("`%s` %s: `%s` takes any certificate", c.DisplayPath(), what, how)
		x.Help = "leave the check on; for a certificate of your own, name its authority: `verify=\"/path/to/ca.pem\"`"
		p.Report(x)
	}
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
