package job

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW420", Name: "naive-time-schedule", Since: "0.1", Family: "job",
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Note, CustomerFacing: diag.Note},
	Doc:      docs.Read("naive_time_schedule.md"), Check: naiveTimeSchedule,
})

// naiveTimeSchedule looks for times of day that are given to a scheduler of the process without a time zone: the machine's own
// decides then, which is another in a container than on a desk, and which twice a year has an hour too many or too few.
func naiveTimeSchedule(p *rule.Pass) {
	zoned := false // a scheduler of APScheduler that is given its time zone
	var found []*link.LibraryCall
	for i := range p.Calls {
		c := &p.Calls[i]
		if c.Op.Code != facts.Call {
			continue
		}
		file := p.File(effects.Node(c.From))
		if file.Test {
			continue
		}
		last := c.Path[strings.LastIndexByte(c.Path, '.')+1:]
		switch {
		case strings.HasPrefix(c.Path, "schedule."):
			if a := file.Facts.Args(c.Op); last == "at" && len(a.Pos) == 1 && len(a.Kw) == 0 && timeOfDay(file, facts.Ref(a.Pos[0])) {
				found = append(found, c)
			}
		case strings.HasPrefix(c.Path, "apscheduler."):
			if rule.Keyword(file, c.Op, "timezone") != 0 || rule.OpenKeywords(file, c.Op) {
				zoned = zoned || strings.HasSuffix(last, "Scheduler") || last == "configure" || last == "__init__"
				continue
			}
			if hour := rule.Keyword(file, c.Op, "hour"); (last == "add_job" || last == "scheduled_job" || last == "CronTrigger") && hour != 0 && !hour.IsVar() {
				found = append(found, c)
			}
		}
	}
	var once rule.Once
	for _, c := range found {
		if zoned && strings.HasPrefix(c.Path, "apscheduler.") {
			continue
		}
		f := p.FuncOf(effects.Node(c.From))
		x := p.At(f, c.Op)
		x.Message = fmt.Sprintf("`%s` gives a time of day without a time zone: the machine's own decides when this runs, and it moves, is skipped or runs twice when the clocks change", c.DisplayPath())
		x.Help = "name the zone that the time is meant in, or UTC: `at(\"02:30\", \"Europe/Paris\")`, `timezone=\"UTC\"`"
		library, _, _ := strings.Cut(c.Path, ".")
		x.Group = p.Rule.Code + ":" + library // one setting mends them all
		once.Report(p, x)
	}
}

// timeOfDay: a text such as 02:30 or 02:30:00; ":30" is a minute of every hour, which no zone changes.
func timeOfDay(file *link.File, r facts.Ref) bool {
	if r.Tag() != facts.TagStr {
		return r.IsVar()
	}
	hour, _, ok := strings.Cut(file.Facts.Str(r.Index()), ":")
	return ok && hour != "" && strings.Trim(hour, "0123456789") == ""
}
