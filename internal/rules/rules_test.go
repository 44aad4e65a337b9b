package rules_test

import (
	"slices"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/check/checktest"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
	"github.com/roadworthy-dev/roadworthy/internal/rule/ruletest"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules"
)

// The driver's own rules, below RW100, are tested with the driver.
func TestPages(t *testing.T) {
	rules := slices.DeleteFunc(rule.All(), func(r *rule.Rule) bool { return r.Code < "RW100" })
	ruletest.Run(t, rules, checktest.Checker(t))
}
