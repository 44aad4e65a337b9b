package proof

import (
	"context"
	"fmt"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

// Prove runs the package and holds it against the original.
func Prove(ctx context.Context, s Subject, run oracle.Options, o Options) (*Report, error) {
	begin := time.Now()
	if o.Level == 0 {
		o.Level = 7
	}
	if o.Mutants == 0 {
		o.Mutants = DefaultMutants
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	r := &Report{}
	for i := range r.Levels {
		r.Levels[i].State = NotTried
	}
	if s.Graded == nil || s.Graded.Trace == nil || s.Graded.Status != oracle.Complete {
		return nil, fmt.Errorf("prove %s: the original did not reach its end, so there is nothing to hold the package against", s.Original.Name)
	}
	run.Values, run.Fixtures, run.Inputs = true, false, nil
	o.Progress("checking the package's sources")
	var err error
	if r.Levels[0], err = Static(ctx, s, run, o); err != nil {
		return nil, err
	}
	o.Progress("running the package")
	s.Package.Lines = o.Level >= 7
	r.Trace, err = oracle.RunPackage(ctx, s.Package, run)
	if err != nil {
		return nil, err
	}
	s.Package.Lines = false
	if r.Trace.Status != oracle.Complete {
		r.Levels[1] = Level{Failed, ending(r.Trace)}
		r.First = firstSplit(holdBoundaries(s, s.Graded.Trace, r.Trace), r.Trace, s)
		r.Seconds = time.Since(begin).Seconds()
		return r, nil
	}
	r.Levels[1] = Level{Held, "ran to its end"}
	r.Rows = holdOutputs(s, s.Graded.Trace, r.Trace)
	for level := 2; level <= 4 && level <= o.Level; level++ {
		r.Levels[level] = summary(r.Rows, level)
	}
	if o.Level >= 5 {
		r.Boundaries = holdBoundaries(s, s.Graded.Trace, r.Trace)
		r.Levels[5] = summary(r.Boundaries, 5)
		r.First = firstSplit(r.Boundaries, r.Trace, s)
	}
	sound := true
	for level := 1; level <= 5; level++ {
		sound = sound && r.Levels[level].State != Failed
	}
	if o.Level >= 6 && sound {
		changed, err := perturb(ctx, s, run, o, r)
		if err != nil {
			return nil, err
		}
		if o.Level >= 7 {
			if err := plant(ctx, s, run, o, r, changed); err != nil {
				return nil, err
			}
		}
	}
	r.Seconds = time.Since(begin).Seconds()
	return r, nil
}

// Holds says whether the levels up to this one held, or had nothing to compare, with at least one output compared.
func (r *Report) Holds(level int) bool {
	for l := 1; l <= level && l < len(r.Levels); l++ {
		switch r.Levels[l].State {
		case Held, Nothing, Partly:
		default:
			return false
		}
	}
	for _, row := range r.Rows {
		if row.Verdict.Holds() {
			return true
		}
	}
	return false
}

func ending(t *oracle.Trace) string {
	if t.Error == nil {
		return string(t.Status)
	}
	return fmt.Sprintf("%s: %s: %s", t.Status, t.Error.Type, cut(t.Error.Message, 300))
}

// summary of the rows of one level.
func summary(rows []Row, level int) Level {
	var n, equal, opaque, unstable int
	first := ""
	for _, r := range rows {
		if r.Level != level {
			continue
		}
		n++
		switch {
		case r.Verdict.Holds():
			equal++
		case r.Verdict == Opaque:
			opaque++
		case r.Verdict == NotStable:
			unstable++
		case first == "":
			first = r.Output + ": " + string(r.Verdict)
			if r.Difference != "" {
				first += ": " + r.Difference
			}
		}
	}
	detail := fmt.Sprintf("%d of %d equal", equal, n)
	if unstable > 0 {
		detail += fmt.Sprintf(", %d not comparable", unstable)
	}
	if opaque > 0 {
		detail += fmt.Sprintf(", %d compared by type only", opaque)
	}
	switch {
	case n == 0:
		return Level{Nothing, "nothing of this kind"}
	case first != "":
		return Level{Failed, first}
	case equal == 0 && opaque == 0:
		return Level{Nothing, detail}
	case opaque > 0:
		return Level{Partly, detail}
	}
	return Level{Held, detail}
}
