package rules

import (
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/check/checktest"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
	"github.com/roadworthy-dev/roadworthy/internal/rule/ruletest"
)

// notShown are the codes that no example on a page can bring about; package check has their tests.
var notShown = map[string]bool{"RW002": true, "RW004": true}

func TestPages(t *testing.T) {
	var rules []*rule.Rule
	for _, r := range rule.All() {
		if !notShown[r.Code] {
			rules = append(rules, r)
			continue
		}
		if page, err := r.Doc.Page(); err != nil {
			t.Errorf("%s: %v", r.Name, err)
		} else if page.Name != r.Name {
			t.Errorf("%s: the page is of %s", r.Name, page.Name)
		}
	}
	ruletest.Run(t, rules, checktest.Checker(t))
}
