package rule

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// Records: the site changes something outside that somebody counts on.
func Records(s *effects.Site) bool {
	last := s.Path[strings.LastIndexByte(s.Path, '.')+1:]
	switch last {
	// Undoing, closing and clearing up are what one does best and goes on; caches and metrics are not the record.
	case "rollback", "close", "release", "unlink", "disconnect", "delete", "remove", "drop", "expire", "drop_all", "create_all", "unlock", "quit", "flushdb", "setex", "set", "hset", "zadd", "publish", "refresh_from_db", "sendto":
		return false
	}
	if HasPrefix(s.Path, "django.core.cache", "redis", "pymemcache", "cachetools", "diskcache", "sentry_sdk", "statsd", "datadog", "prometheus_client", "sqlite3", "asyncio.StreamWriter") {
		return false
	}
	switch s.Kind {
	case knowledge.DBWrite, knowledge.Queue, knowledge.Payment:
		return !ddl(s)
	case knowledge.Net:
		return s.Effect != nil && s.Effect.Write && last != "head" && last != "options"
	}
	return false
}

// ddl: statements that fail when what they make is there already.
func ddl(s *effects.Site) bool {
	return slices.ContainsFunc(Statements(s), func(word string) bool {
		return word == "create" || word == "alter" || word == "drop" || word == "rollback" || word == "set"
	})
}

// Statements are the first words, in lower case, of the SQL that a site executes, as far as its texts are written out.
func Statements(s *effects.Site) []string {
	if s.Call == nil || s.Effect == nil || s.Effect.SQL == "" {
		return nil
	}
	texts, _ := s.Call.Arg(s.Effect.SQL).Strings()
	out := make([]string, 0, len(texts))
	for _, t := range texts {
		if words := strings.Fields(t); len(words) > 0 {
			out = append(out, strings.ToLower(words[0]))
		}
	}
	return out
}

// Selects: all that the site is known to execute are queries that change nothing.
func Selects(s *effects.Site) bool {
	words := Statements(s)
	return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return w != "select" && w != "show" && w != "explain" })
}
