package cli

import (
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/measure/sample"
)

func TestCatalogueGivesCategories(t *testing.T) {
	rules := sample.DefaultRules()
	catalogueRules(rules)
	for module, want := range map[string]sample.Category{
		"clickhouse_connect": sample.Database, // the profiler's own list has it
		"qdrant_client":      sample.Database, // the catalogue alone
		"playwright":         sample.API,
		"razorpay":           sample.API,
		"huey":               sample.Queue,
		"crewai":             sample.LLM,
		"gensim":             sample.Model,
		"diskcache":          sample.Cache,
		"bs4":                "", // parses only
		"numpy":              "",
		"tenacity":           "",
		"flask":              "",
	} {
		if got := rules.CategoryOf(module); got != want {
			t.Errorf("%s: %q, want %q", module, got, want)
		}
	}
}
