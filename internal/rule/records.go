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
	case "rollback", "close", "release", "unlink", "disconnect", "delete", "remove", "drop", "expire", "drop_all", "unlock", "quit", "flushdb", "setex", "set", "hset", "zadd", "publish", "refresh_from_db", "sendto":
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
	if s.Call == nil || s.Effect == nil || s.Effect.SQL == "" {
		return false
	}
	texts, _ := s.Call.Arg(s.Effect.SQL).Strings()
	return slices.ContainsFunc(texts, func(t string) bool {
		t = strings.ToLower(strings.TrimSpace(t))
		return strings.HasPrefix(t, "create") || strings.HasPrefix(t, "alter") || strings.HasPrefix(t, "drop") || strings.HasPrefix(t, "rollback") || strings.HasPrefix(t, "set ")
	})
}
