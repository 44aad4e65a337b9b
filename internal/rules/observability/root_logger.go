package observability

import (
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW906", Name: "root-logger-in-service-path", Since: "0.1", Family: "observability",
	// The line is written all the same; only who wrote it is lost.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Off, BusinessCritical: diag.Note, CustomerFacing: diag.Note},
	Doc:      docs.Read("root_logger.md"), Check: rootLoggerInServicePath,
})

// rootLoggerInServicePath looks for the functions of logging itself in what handlers and jobs come to; all of a file are one
// finding, at the first. A program in which no logger has a name has chosen to have one logger, and is left out.
func rootLoggerInServicePath(p *rule.Pass) {
	from := p.Arrivals()
	if from.None() || !namesLoggers(p) {
		return
	}
	var once rule.Once
	for i := range p.Sites {
		s := &p.Sites[i]
		file := p.File(s.Node)
		if s.Kind != knowledge.Log || !from.Reaches(s.Node) || s.Op.Code != facts.Call || rule.InDir(file.Path, "examples", "example", "docs", "scripts", "tutorials") {
			continue
		}
		switch s.Path {
		case "logging.info", "logging.warning", "logging.error", "logging.exception", "logging.critical":
		default:
			continue
		}
		x := p.At(p.FuncOf(s.Node), s.Op)
		x.Message = fmt.Sprintf("`%s` tells about %s (`%s`) through the root logger: the line does not say which module it comes from, and no setting is for this one alone", s.Path, from.What(s.Node), p.Short(from.For(p, s.Node)))
		x.Help = "log through a logger with the module's name: `logger = logging.getLogger(__name__)`"
		x.Witness = p.Frames(append(from.Way(s.Node), p.SiteStep(s)))
		x.Group = p.Rule.Code + ":" + file.Path
		once.Report(p, x)
	}
}

// namesLoggers: some module outside of the tests has a logger of its own.
func namesLoggers(p *rule.Pass) bool {
	for i := range p.Calls {
		if c := &p.Calls[i]; c.Path == "logging.getLogger" && !p.File(effects.Node(c.From)).Test {
			return true
		}
	}
	return false
}
