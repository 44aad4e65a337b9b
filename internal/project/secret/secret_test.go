package secret

import (
	"strings"
	"testing"
)

func TestScan(t *testing.T) {
	var s Scanner
	// The values are put together here so that no scanner takes this file for a leak.
	aws := "AKIA" + "IMNOJVGFDXXXE4OA"
	for _, c := range []struct{ name, line, rule, secret string }{
		{"access key", `AWS = "` + aws + `"`, "aws-access-token", aws},
		{"generic key", `api_key = "` + "k9f8aQ2LxZ7v" + `R3mT1pWcY6dE0bHs"`, "generic-api-key", "k9f8aQ2LxZ7vR3mT1pWcY6dE0bHs"},
		{"GitHub token", `login("` + "ghp_" + `w4Kf7Qm2Zr9Tb6Xs1Vy8Nc3Lp5Hd0JgUaEoR")`, "github-pat", "ghp_w4Kf7Qm2Zr9Tb6Xs1Vy8Nc3Lp5Hd0JgUaEoR"},
		{"connection", `dsn = "postgresql://svc:` + `h8Fk2pQz@db.internal.acme.io/app"`, "connection-url", "h8Fk2pQz"},
		{"placeholder in a connection", `dsn = "postgresql://postgres:postgres@db/app"`, "", ""},
		{"local connection", `dsn = "amqp://svc:h8Fk2pQz@localhost/"`, "", ""},
		{"pattern for connections", `m = re.match(r"postgresql://([^:]+):([^@]+)@([^:]+):(\d+)", dsn)`, "", ""},
		{"template", `dsn = f"postgresql://{user}:{password}@{host}/app"`, "", ""},
		{"digest without a telling name", `ETAG = "9e107d9d372bb6826bd81d3542a419d6"`, "", ""},
		{"private key", "key = '-----BEGIN PRIVATE KEY-----" + `\ndGhlc2Ugd29yZHMgYXJlIG5vIGtleSBhdCBhbGwsIHRoZXkgYXJlIGZvcnR5LWVp` + `\n-----END PRIVATE KEY-----'`, "private-key",
			"-----BEGIN PRIVATE KEY-----" + `\ndGhlc2Ugd29yZHMgYXJlIG5vIGtleSBhdCBhbGwsIHRoZXkgYXJlIGZvcnR5LWVp` + `\n-----END PRIVATE KEY-----`},
		{"private key of a test", `key="-----BEGIN PRIVATE KEY-----` + `\ntest\n-----END PRIVATE KEY-----"`, "", ""},
		{"header that is taken off", "k = key.replace('-----BEGIN OPENSSH PRIVATE KEY-----', '')\nk = k.replace('-----END OPENSSH PRIVATE KEY-----', '').replace(' ', '')\nk = '-----BEGIN OPENSSH PRIVATE KEY-----' + k", "", ""},
		{"plain word", `password = "correct-horse-battery"`, "", ""},
	} {
		got := s.Scan("app/settings.py", c.line)
		switch {
		case c.rule == "" && len(got) > 0:
			t.Errorf("%s: found %+v", c.name, got)
		case c.rule == "":
		case len(got) != 1 || got[0].Rule != c.rule || c.line[got[0].Start:got[0].End] != c.secret:
			t.Errorf("%s: %+v, want %s of %s", c.name, got, c.rule, c.secret)
		case !Likely(c.secret) && c.rule != "connection-url":
			t.Errorf("%s: the cheap test drops it", c.name)
		}
	}
	if s.err != nil {
		t.Fatal(s.err)
	}
	if len(s.rules.Rules) < 200 {
		t.Errorf("%d patterns", len(s.rules.Rules))
	}
	for _, p := range s.rules.Rules {
		if p.Regex != "" {
			s.try(p, "a.py", strings.Join(p.Keywords, " "))
		}
		if p.bad {
			t.Errorf("%s does not compile", p.ID)
		}
	}
}

func TestRedactNeverShowsTheWhole(t *testing.T) {
	for _, s := range []string{"", "short", "k9f8aQ2LxZ7vR3mT"} {
		if r := Redact(s); s != "" && strings.Contains(r, s) || len(r) > 8 {
			t.Errorf("%q is shown as %q", s, r)
		}
	}
}

func BenchmarkLikely(b *testing.B) {
	for b.Loop() {
		for _, s := range []string{"self", "django.contrib.admin.options", "9e107d9d372bb6826bd81d3542a419d6", "The name of the field to order by"} {
			Likely(s)
		}
	}
}

func TestInOwnNetwork(t *testing.T) {
	for url, want := range map[string]bool{"postgres://pysite:pysite@postgres/metricity": true, "mongodb://off:off-shop@mongodb:27017/": true,
		"postgres://svc:h8Fk2pQz@db.internal.acme.io/app": false, "no address": false} {
		if got := InOwnNetwork(url); got != want {
			t.Errorf("%s: %v", url, got)
		}
	}
}
