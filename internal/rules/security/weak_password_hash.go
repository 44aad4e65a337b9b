package security

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW808", Name: "weak-password-hash", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("weak_password_hash.md"), Check: weakPasswordHash,
})

var fastHashes = []string{"hashlib.md5", "hashlib.sha1", "hashlib.sha224", "hashlib.sha256", "hashlib.sha384", "hashlib.sha512", "hashlib.sha3_256", "hashlib.sha3_512", "hashlib.blake2b", "hashlib.blake2s"}

// weakPasswordHash follows what a fast hash is given back to a name that means a password.
func weakPasswordHash(p *rule.Pass) {
	flow := p.NewFlow(func(v *rule.Value) string {
		name := ""
		switch {
		case v.Param != nil:
			name = v.File.Facts.Str(v.Param.Name)
		case v.Op.Code == facts.Attr:
			name = v.Attr()
		case v.Op.Code == facts.Item && facts.Ref(v.Op.C).Tag() == facts.TagStr:
			name = v.File.Facts.Str(facts.Ref(v.Op.C).Index())
		}
		switch strings.ToLower(name) {
		case "password", "passwd", "passphrase", "plain_password", "user_password", "raw_password", "new_password", "password1", "plaintext_password":
			return "`" + name + "`"
		}
		return ""
	})
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		name, data := flow.Called(file, op), rule.Pos(file, op, 0)
		if name == "hashlib.new" {
			by, _ := flow.Text(file, rule.Argument(file, op, 0, "name"))
			name, data = "hashlib."+strings.ToLower(by), rule.Argument(file, op, 1, "data")
		}
		if !slices.Contains(fastHashes, name) || file.Facts.Notebook != nil {
			return
		}
		if rule.Keyword(file, op, "usedforsecurity").Is(facts.ConstFalse) || otherwiseMeant(p, f) || sentOnly(p, f) {
			return
		}
		o := flow.From(file, data)
		if o == nil {
			return
		}
		p.ReportFlow(f, op, o, name, fmt.Sprintf("%s is hashed with `%s`: whoever gets the hashes tries billions of passwords in a second against them", o.What, strings.TrimPrefix(name, "hashlib.")),
			"use a hash that is made for passwords: `hashlib.scrypt`, or argon2 or bcrypt from their libraries, with a salt of its own for each")
	})
}

// otherwiseMeant: a protocol or a lookup demands this hash, and nothing is stored.
func otherwiseMeant(p *rule.Pass, f link.Func) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	for i := range fn.Params {
		for _, w := range rule.Words(file.Facts.Str(fn.Params[i].Name)) {
			switch w {
			case "nonce", "realm", "challenge", "scramble", "seed":
				return true
			}
		}
	}
	for _, s := range file.Facts.Strings {
		lower := strings.ToLower(s)
		if strings.Contains(lower, "pwned") || strings.Contains(lower, "cnonce") || strings.Contains(lower, "session_auth_hash") {
			return true
		}
	}
	return slices.ContainsFunc(rule.Words(p.Short(f)), func(w string) bool {
		return w == "challenge" || w == "pwned" || w == "cache" || w == "key" || w == "legacy" || w == "handshake" || w == "mysql" || w == "derive" || w == "scramble"
	})
}

// sentOnly: the function itself asks another service and keeps nothing, so the hash has the form that the service demands.
func sentOnly(p *rule.Pass, f link.Func) bool {
	sent := false
	for _, n := range p.NodesOf(f) {
		for _, i := range p.SitesOf(n) {
			switch p.Sites[i].Kind {
			case knowledge.Net:
				sent = true
			case knowledge.DBWrite, knowledge.FSWrite:
				return false
			}
		}
	}
	return sent
}
