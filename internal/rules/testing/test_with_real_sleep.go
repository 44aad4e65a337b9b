package testing

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW702", Name: "test-with-real-sleep", Since: "0.1", Family: "tests", Severity: rule.Severities{Experimental: diag.Note, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc: docs.Read("test_with_real_sleep.md"), Check: testWithRealSleep,
})

func testWithRealSleep(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var once rule.Once
	for i := range p.Sites {
		s := &p.Sites[i]
		file := p.File(s.Node)
		if s.Kind != knowledge.Sleep || s.Call == nil || s.Path != "time.sleep" && s.Path != "asyncio.sleep" || !file.Test || mocked(file.Facts) {
			continue
		}
		n, ok := s.Call.Pos(0).Ref.Number()
		if !ok || n < 1 {
			continue
		}
		if f := p.FuncOf(s.Node); sleeps(p, flow, f) {
			reportSleep(p, &once, f, s.Op, s, n, nil)
			continue
		}
		// A helper of the tests that always sleeps does so in each test that calls it; a task of its own may be cancelled.
		fn := p.Facts(p.FuncOf(s.Node))
		if fn.Kind != facts.Function || fn.Flags&facts.FuncGenerator != 0 || !rule.Certain(file, fn, s.Op) {
			continue
		}
		for _, k := range p.InEdges(s.Node) {
			e := &p.Edges[k]
			if g := p.FuncOf(e.From); e.Mode == link.Called && e.Certainty == diag.Proved && !mocked(p.FileOf(g).Facts) && sleeps(p, flow, g) {
				reportSleep(p, &once, g, e.Op, s, n, p.Frames([]effects.Step{{Node: e.From, Op: e.Op, Mode: e.Mode, To: e.To}, p.SiteStep(s)}))
			}
		}
	}
}

// sleeps: the function is a test that runs every day, so that its sleeps cost everybody time.
func sleeps(p *rule.Pass, flow *rule.Flow, f link.Func) bool {
	file, fn := p.FileOf(f), p.Facts(f)
	return file.Test && strings.HasPrefix(file.Facts.Str(fn.Name), "test") && fn.Kind == facts.Function && !skipped(p, flow, f) &&
		!rule.InDir(strings.ToLower(file.Path), "e2e", "integration", "integration_tests", "functional", "acceptance", "benchmarks", "selenium", "system", "stress")
}

// reportSleep reports a test that comes to a sleep; all tests that a helper has wait are one finding.
func reportSleep(p *rule.Pass, once *rule.Once, f link.Func, op *facts.Op, s *effects.Site, seconds float64, way []diag.Frame) {
	file := p.FileOf(f)
	x := p.At(f, op)
	x.Message = fmt.Sprintf("`%s` waits %g seconds of real time: too long on a good day, too short on a busy one", file.Facts.Str(p.Facts(f).Name), seconds)
	if seconds == 1 {
		x.Message = strings.Replace(x.Message, "1 seconds", "1 second", 1)
	}
	x.Help = "wait for what the test needs with a limit, or give the code a clock that the test moves"
	x.Witness = way
	x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, p.File(s.Node).Index, s.Op.Pos)
	once.Report(p, x)
}

// mocked: the file replaces a sleep. A clock that stands still (freezegun, time_machine) lets sleeps sleep.
func mocked(f *facts.File) bool {
	for _, s := range f.Strings {
		if strings.HasSuffix(s, ".sleep") || s == "looptime" {
			return true
		}
	}
	return false
}
