package inventory

import (
	"testing"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/project"
)

func TestAge(t *testing.T) {
	day := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	long := project.Facts{Known: true, Authors: 4, Commits: 9, First: day, Last: day.AddDate(1, 0, 0)}
	short, few, cut := long, long, long
	short.Last = day.AddDate(0, 2, 0)
	few.Authors = 2
	cut.Partial = true
	for name, c := range map[string]struct {
		work  Work
		facts project.Facts
		want  project.Tier
	}{
		"many people, a long time": {Work{Path: "a.py", Tier: project.Experimental, Inferred: project.Experimental}, long, project.Internal},
		"a short time":             {Work{Path: "a.py", Tier: project.Experimental, Inferred: project.Experimental}, short, project.Experimental},
		"few people":               {Work{Path: "a.py", Tier: project.Experimental, Inferred: project.Experimental}, few, project.Experimental},
		"a log that was cut":       {Work{Path: "a.py", Tier: project.Experimental, Inferred: project.Experimental}, cut, project.Experimental},
		"nothing known":            {Work{Path: "a.py", Tier: project.Experimental, Inferred: project.Experimental}, project.Facts{Why: "no git"}, project.Experimental},
		"an example":               {Work{Path: "a.py", Aside: "examples", Tier: project.Experimental, Inferred: project.Experimental}, long, project.Experimental},
		"more already":             {Work{Path: "a.py", Tier: project.BusinessCritical, Inferred: project.BusinessCritical}, long, project.BusinessCritical},
	} {
		v := &Inventory{Work: []*Work{&c.work}}
		v.Age(func(string) project.Facts { return c.facts })
		if c.work.Tier != c.want || c.work.Inferred != c.want {
			t.Errorf("%s: %s", name, c.work.Tier)
		}
	}
	declared := &Work{Path: "a.py", Declared: true, Tier: project.Experimental, Inferred: project.Experimental, Evidence: []Evidence{{"declared experimental", "", 0}}}
	(&Inventory{Work: []*Work{declared}}).Age(func(string) project.Facts { return long })
	if declared.Tier != project.Experimental || declared.Inferred != project.Internal || declared.Evidence[1].What != "4 people have changed it between 2025-01-01 and 2026-01-01" {
		t.Errorf("%+v", declared)
	}
}
