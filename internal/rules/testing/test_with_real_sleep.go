package testing

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW702", Name: "test-with-real-sleep", Since: "0.1", Family: "tests", Severity: rule.Severities{Experimental: diag.Note, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc: docs.Read("test_with_real_sleep.md"), Check: testWithRealSleep,
})

func testWithRealSleep(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	told := map[*facts.Op]bool{}
	for i := range p.Sites {
		s := &p.Sites[i]
		file := p.File(s.Node)
		if s.Kind != knowledge.Sleep || s.Call == nil || s.Path != "time.sleep" && s.Path != "asyncio.sleep" || told[s.Op] || !file.Test ||
			rule.InDir(strings.ToLower(file.Path), "e2e", "integration", "integration_tests", "functional", "acceptance", "benchmarks", "selenium", "system", "stress") {
			continue
		}
		f := p.FuncOf(s.Node)
		fn := p.Facts(f)
		if !strings.HasPrefix(file.Facts.Str(fn.Name), "test") || fn.Kind != facts.Function || mocked(p.FileOf(f).Facts) || skipped(p, flow, f) {
			continue
		}
		n, ok := s.Call.Pos(0).Ref.Int()
		if !ok || n < 1 {
			continue
		}
		told[s.Op] = true
		x := p.At(f, s.Op)
		x.Message = fmt.Sprintf("`%s` waits %d seconds of real time: too long on a good day, too short on a busy one", file.Facts.Str(fn.Name), n)
		if n == 1 {
			x.Message = strings.Replace(x.Message, "1 seconds", "1 second", 1)
		}
		x.Help = "wait for what the test needs with a limit, or give the code a clock that the test moves"
		p.Report(x)
	}
}

// mocked: the file replaces a sleep.
func mocked(f *facts.File) bool {
	for _, s := range f.Strings {
		if strings.HasSuffix(s, ".sleep") || s == "freezegun" || s == "time_machine" || s == "looptime" {
			return true
		}
	}
	return false
}
