package http

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW303", Name: "safe-method-that-writes", Since: "0.1", Family: "http",
	Severity: rule.Unproven,
	Doc:      docs.Read("safe_method_that_writes.md"), Check: safeMethodThatWrites,
})

// Requests that have to write although they are GET: links in mails, the ways of OAuth, pictures that count; and writes that
// are no more than a note that somebody was here.
var expectedWords = []string{"callback", "oauth", "oauth2", "login", "logout", "signin", "signout", "sso", "saml", "auth", "authorize", "authenticate", "confirm", "verify", "activate", "unsubscribe", "subscribe",
	"track", "tracking", "pixel", "redirect", "webhook", "magic", "token", "tokens", "ping", "hook", "invite", "invitation", "accept", "cron", "health", "migrate", "setup", "install", "init"}

var noteWords = []string{"log", "logs", "audit", "touch", "seen", "visit", "view", "views", "viewed", "count", "counter", "hit", "metric", "metrics", "session", "sessions", "cache", "cached", "track", "history", "last",
	"lazy", "lazily", "ensure", "heal", "expire", "expired", "cleanup", "refresh", "default", "defaults", "event", "events", "usage", "stat", "stats", "access", "accessed", "recent", "token", "tokens", "get_or_create", "login", "backfill",
	"sync", "read", "telemetry", "activity"}

func hasWord(name string, words []string) bool {
	return slices.ContainsFunc(rule.Words(name), func(w string) bool { return slices.Contains(words, w) })
}

// notes: the function's name says that it only notes something. That a class is a view says nothing.
func notes(p *rule.Pass, f link.Func) bool {
	class, name, isMethod := strings.Cut(p.Short(f), ".")
	if !isMethod {
		return hasWord(class, noteWords)
	}
	return hasWord(strings.TrimSuffix(strings.TrimSuffix(class, "View"), "API"), noteWords) || hasWord(name, noteWords)
}

// setsNotes: all that the function changes of objects before it writes them notes that somebody was here.
func setsNotes(p *rule.Pass, f link.Func) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	seen := false
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		op := &file.Facts.Ops[o]
		if op.Code != facts.SetAttr || len(fn.Params) > 0 && facts.Ref(op.A) == fn.Params[0].Var {
			continue // an attribute of the view itself is no record's
		}
		if name := file.Facts.Str(op.B); !hasWord(name, noteWords) && !hasWord(name, []string{"downloaded", "opened", "clicked"}) {
			return false
		}
		seen = true
	}
	return seen
}

// records: the site changes a record that others read.
func records(s *effects.Site) bool {
	if s.Kind != knowledge.DBWrite || s.Certainty != diag.Proved || !rule.HasPrefix(s.Path, "django.db", "sqlalchemy", "sqlmodel", "peewee", "tortoise", "pymongo", "motor", "psycopg", "psycopg2", "asyncpg", "pymysql", "MySQLdb", "databases") {
		return false
	}
	switch s.Path[strings.LastIndexByte(s.Path, '.')+1:] {
	case "get_or_create", "aget_or_create", "flush", "setdefault":
		return false
	}
	return true
}

func safeMethodThatWrites(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	t := p.Trace(func(s *effects.Site) bool {
		return records(s) && !p.File(s.Node).Test && !notes(p, p.FuncOf(s.Node)) && !setsNotes(p, p.FuncOf(s.Node)) && rule.AlwaysRuns(p.File(s.Node), s.Op, 0)
	}, func(e *effects.Edge) bool {
		return rule.Runs(e) && e.Certainty == diag.Proved && !notes(p, p.FuncOf(e.To)) && rule.AlwaysRuns(p.File(e.From), e.Op, 0)
	})
	if p.Inventory == nil {
		return
	}
	told := map[link.Func]bool{}
	for _, w := range p.Inventory.Work {
		for i := range w.Roots {
			r := &w.Roots[i]
			if r.Phase != inventory.Request || told[r.Func] || !t.Reaches(r.Node) || t.Certainty(r.Node) != diag.Proved {
				continue
			}
			file := p.FileOf(r.Func)
			if file.Test || !safe(flow, p, r) || hasWord(p.Short(r.Func), expectedWords) || hasWord(r.Route, expectedWords) || hasWord(file.Path, []string{"auth", "oauth", "sso", "login", "webhook", "webhooks"}) {
				continue
			}
			told[r.Func] = true
			steps := t.Chain(r.Node)
			x := p.AtName(r.Func)
			x.Message = fmt.Sprintf("`%s` answers GET and writes (`%s`): caches, crawlers, link previews and retrying clients send GET whenever they like", p.Short(r.Func), rule.CalledAs(rule.Last(steps)))
			x.Help = "do the write in a POST, PUT or DELETE; a GET may be sent twice, or by nobody who meant it"
			x.Witness = p.Frames(steps)
			x.Group = fmt.Sprintf("%s:%d", p.Rule.Code, r.Func)
			p.Report(x)
		}
	}
}

// safe: the handler answers GET, and nothing that may write.
func safe(flow *rule.Flow, p *rule.Pass, r *inventory.Root) bool {
	if r.Method == "GET" || r.Method == "HEAD" {
		// A handler may be registered for other methods as well.
		for i := range p.Registrations {
			if o := &p.Registrations[i]; o.Func == r.Func && o.Call != nil && o.Call.Phase == "request" && o.Call.Method != "GET" && o.Call.Method != "HEAD" {
				return false
			}
		}
		return true
	}
	if r.Method != "" {
		return false
	}
	// The method of a class-based view is named for what it answers.
	if fn := p.Facts(r.Func); fn.Flags&facts.FuncMethod != 0 {
		name := p.FileOf(r.Func).Facts.Str(fn.Name)
		return name == "get" || name == "head"
	}
	// Flask's route answers GET unless methods says otherwise.
	file, seen := p.FileOf(r.Func), false
	for _, d := range flow.Decorations(r.Func) {
		if d.Call == nil || !strings.HasSuffix(d.Path, ".route") || !rule.HasPrefix(d.Path, "flask", "quart") {
			continue
		}
		if rule.OpenKeywords(file, d.Call) {
			return false
		}
		seen = true
		if m := rule.Keyword(file, d.Call, "methods"); m != 0 {
			def := flow.Def(file, m)
			if def == nil || def.Code != facts.MakeList && def.Code != facts.MakeTuple {
				return false
			}
			elems, _ := file.Facts.Elems(def)
			for _, e := range elems {
				if ref := facts.Ref(e); ref.Tag() != facts.TagStr || !slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, strings.ToUpper(file.Facts.Str(ref.Index()))) {
					return false
				}
			}
		}
	}
	return seen
}
