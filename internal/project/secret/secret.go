// Package secret recognises credentials in text.
//
// The patterns are those of Gitleaks, taken from its module as data: its rules with their keywords, entropies and allow-lists.
// Its own scanner compiles all 220 patterns at start (40 ms) and brings readers of archives and of git with it (7 MB), so
// the rules are applied here: the data is read when the first text passes Likely, and a pattern is compiled when one of its
// keywords occurs. One kind is added, passwords in connection URLs.
//
// A Scanner is not safe for use by several goroutines at once.
package secret

import (
	"math"
	"regexp"
	"slices"
	"strings"

	toml "github.com/pelletier/go-toml/v2"
	"github.com/zricethezav/gitleaks/v8/config"
)

// Match is one credential in a text.
type Match struct {
	Rule       string // the name of its pattern: aws-access-token
	Kind       string // for people: "AWS access token"
	Start, End int    // of the secret itself
}

// Likely is the cheap test that a string literal must pass before any pattern is tried: long enough, mixed and irregular as a
// generated token is, or with a mark that tells.
func Likely(s string) bool {
	if len(s) < 12 || len(s) > 8192 {
		return false
	}
	if strings.Contains(s, "PRIVATE KEY") {
		return true
	}
	if i := strings.Index(s, "://"); i > 0 && strings.IndexByte(s[i:], '@') > 0 && strings.IndexByte(s[i+3:], ':') >= 0 {
		return true
	}
	digit, letter := false, false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digit = true
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letter = true
		case c <= ' ' || c >= 0x7f:
			return false
		}
	}
	return digit && letter && len(s) <= 1024 && entropy(s) >= 3
}

type pattern struct {
	ID          string
	Description string
	Regex       string
	SecretGroup int     `toml:"secretGroup"`
	Entropy     float64 `toml:"entropy"`
	Keywords    []string
	Path        string
	Allowlists  []*allowlist

	compiled *regexp.Regexp
	bad      bool
	path     *regexp.Regexp
}

type allowlist struct {
	Description string
	Condition   string
	Paths       []string
	RegexTarget string `toml:"regexTarget"`
	Regexes     []string
	StopWords   []string `toml:"stopwords"`

	paths, regexes []*regexp.Regexp
	ready          bool
}

type rules struct {
	AllowList *allowlist `toml:"allowlist"`
	Rules     []*pattern
}

// A Scanner finds credentials. The zero value is ready.
type Scanner struct {
	rules   *rules
	keyword map[string][]*pattern
	words   []string
	err     error
}

func (s *Scanner) load() {
	if s.rules != nil || s.err != nil {
		return
	}
	r := &rules{}
	if s.err = toml.Unmarshal([]byte(config.DefaultConfig), r); s.err != nil {
		return
	}
	s.rules = r
	s.keyword = map[string][]*pattern{}
	for _, p := range r.Rules {
		if p.Regex == "" || p.Path != "" {
			continue // about files of other kinds
		}
		for _, k := range p.Keywords {
			k = strings.ToLower(k)
			if s.keyword[k] == nil {
				s.words = append(s.words, k)
			}
			s.keyword[k] = append(s.keyword[k], p)
		}
	}
	slices.Sort(s.words)
}

// Scan finds the credentials in a line or literal of a file, in order. Specific patterns win over the generic one.
func (s *Scanner) Scan(path, text string) []Match {
	s.load()
	var out []Match
	if s.rules != nil {
		lower := strings.ToLower(text)
		tried := map[*pattern]bool{}
		for _, w := range s.words {
			if !strings.Contains(lower, w) {
				continue
			}
			for _, p := range s.keyword[w] {
				if !tried[p] {
					tried[p] = true
					out = append(out, s.try(p, path, text)...)
				}
			}
		}
	}
	out = append(out, urls(text)...)
	slices.SortFunc(out, func(a, b Match) int {
		if generic(a) != generic(b) {
			if generic(a) {
				return 1
			}
			return -1
		}
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return strings.Compare(a.Rule, b.Rule)
	})
	var kept []Match
	for _, m := range out {
		if !slices.ContainsFunc(kept, func(k Match) bool { return m.Start < k.End && k.Start < m.End }) {
			kept = append(kept, m)
		}
	}
	slices.SortFunc(kept, func(a, b Match) int { return a.Start - b.Start })
	return kept
}

func generic(m Match) bool { return m.Rule == "generic-api-key" }

func (s *Scanner) try(p *pattern, path, text string) []Match {
	if p.compiled == nil && !p.bad {
		re, err := regexp.Compile(p.Regex)
		p.compiled, p.bad = re, err != nil
	}
	if p.bad {
		return nil
	}
	var out []Match
	for _, at := range p.compiled.FindAllStringSubmatchIndex(text, -1) {
		start, end := at[0], at[1]
		if g := p.SecretGroup; g > 0 && 2*g+1 < len(at) && at[2*g] >= 0 {
			start, end = at[2*g], at[2*g+1]
		} else {
			for g := 1; 2*g+1 < len(at); g++ {
				if at[2*g] >= 0 && at[2*g+1] > at[2*g] {
					start, end = at[2*g], at[2*g+1]
					break
				}
			}
		}
		secret := text[start:end]
		if p.Entropy > 0 && entropy(secret) <= p.Entropy {
			continue
		}
		if p.ID == "generic-api-key" && (!strings.ContainsAny(secret, "0123456789") || placeholder(secret)) {
			continue
		}
		if p.ID == "private-key" && !keyBody(secret) {
			continue
		}
		whole := text[at[0]:at[1]]
		if s.rules.AllowList.allows(path, text, whole, secret) || slices.ContainsFunc(p.Allowlists, func(a *allowlist) bool { return a.allows(path, text, whole, secret) }) {
			continue
		}
		out = append(out, Match{p.ID, kind(p), start, end})
	}
	return out
}

func (a *allowlist) allows(path, line, match, secret string) bool {
	if a == nil {
		return false
	}
	if !a.ready {
		a.ready = true
		compile := func(list []string) (out []*regexp.Regexp) {
			for _, x := range list {
				if re, err := regexp.Compile(x); err == nil {
					out = append(out, re)
				}
			}
			return out
		}
		a.paths, a.regexes = compile(a.Paths), compile(a.Regexes)
	}
	target := secret
	switch a.RegexTarget {
	case "match":
		target = match
	case "line":
		target = line
	}
	var checks []bool
	if len(a.paths) > 0 {
		checks = append(checks, slices.ContainsFunc(a.paths, func(r *regexp.Regexp) bool { return r.MatchString(path) }))
	}
	if len(a.regexes) > 0 {
		checks = append(checks, slices.ContainsFunc(a.regexes, func(r *regexp.Regexp) bool { return r.MatchString(target) }))
	}
	if len(a.StopWords) > 0 {
		lower := strings.ToLower(secret)
		checks = append(checks, slices.ContainsFunc(a.StopWords, func(w string) bool { return strings.Contains(lower, strings.ToLower(w)) }))
	}
	if strings.EqualFold(a.Condition, "AND") {
		return len(checks) > 0 && !slices.Contains(checks, false)
	}
	return slices.Contains(checks, true)
}

// keyBody says whether a key stands between its header and footer: forty characters of base64, however the lines are joined. Code
// that puts a header before a key, and tests that put a word there, have none.
func keyBody(s string) bool {
	_, s, _ = strings.Cut(s, "KEY")
	if i := strings.Index(s, "-----"); i >= 0 {
		s = s[i+5:]
	}
	s, _, _ = strings.Cut(s, "-----")
	run := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && (s[i+1] == 'n' || s[i+1] == 'r'):
			i++
		case c <= ' ' || c == '"' || c == '\'':
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '=':
			if run++; run >= 40 {
				return true
			}
		default:
			run = 0
		}
	}
	return false
}

// InOwnNetwork says whether the host of a connection URL is a name without a domain, as the services of one compose file have
// for each other.
func InOwnNetwork(text string) bool {
	at := connection.FindStringSubmatchIndex(text)
	if at == nil {
		return false
	}
	host, _, _ := strings.Cut(text[at[3]+1:at[1]], ":")
	return !strings.Contains(host, ".")
}

// kind names what was found: the identifier of its pattern in words.
func kind(p *pattern) string {
	if p.ID == "generic-api-key" {
		return "key or password"
	}
	return strings.ReplaceAll(p.ID, "-", " ")
}

// Brackets, carets and backslashes have no place in a URL (RFC 3986, section 3.2.1): a pattern for URLs has them.
var connection = regexp.MustCompile(`[a-z][a-z0-9+.-]*://[^\s:/@'"{}<>$\[\]^\\]*:([^\s/@'"{}<>$%\[\]^\\]{3,})@[^\s'"/{}<>$]+`)

// urls are passwords in connection URLs.
func urls(text string) []Match {
	if !strings.Contains(text, "://") {
		return nil
	}
	var out []Match
	for _, at := range connection.FindAllStringSubmatchIndex(text, -1) {
		password := strings.ToLower(text[at[2]:at[3]])
		host := text[at[3]+1 : at[1]]
		if placeholder(password) || local(host) {
			continue
		}
		out = append(out, Match{"connection-url", "password in a connection URL", at[2], at[3]})
	}
	return out
}

// placeholder: what examples and local set-ups write.
func placeholder(secret string) bool {
	secret = strings.ToLower(secret)
	for _, w := range [...]string{"password", "passwd", "secret", "example", "changeme", "placeholder", "dummy", "your", "xxxx", "****", "postgres", "guest", "1234", "todo", "redacted", "test", "fake"} {
		if strings.Contains(secret, w) {
			return true
		}
	}
	switch secret {
	case "pass", "pwd", "root", "admin", "user", "foo", "bar", "token", "mysql", "pw":
		return true
	}
	return false
}

func local(host string) bool {
	name, _, _ := strings.Cut(host, ":")
	return name == "localhost" || name == "127.0.0.1" || strings.HasSuffix(name, "example.com") || strings.HasSuffix(name, "example.org") || strings.HasSuffix(name, ".test") || name == "host" || name == "hostname"
}

// entropy is Shannon's, in bits a byte.
func entropy(s string) float64 {
	var count [256]int
	for i := range len(s) {
		count[s[i]]++
	}
	h, n := 0.0, float64(len(s))
	for _, c := range count {
		if c > 0 {
			f := float64(c) / n
			h -= f * math.Log2(f)
		}
	}
	return h
}

// Redact keeps what helps to find a secret again, never the whole of it.
func Redact(s string) string {
	if len(s) < 12 {
		return "…"
	}
	return s[:4] + "…"
}
