//go:build linux || darwin

package jobs

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// A Schedule says when a job fires.
//
// A schedule in calendar time ("30 2 * * *") is a set of wall-clock minutes in its zone. Where the clocks change, a fixed
// hour fires once: in the hour that is skipped, at the first moment after it; in the hour that comes twice, the first
// time only. A schedule with every hour in it (`*` in the hour field) follows real time instead: it fires in both of the
// two hours and not at all in the hour that does not exist. This is what Vixie cron does, and what people expect of both.
type Schedule struct {
	minute, hour, dom, month, dow uint64
	anyDom, anyDow, anyHour       bool
	every                         time.Duration // for "every 5m": multiples since 1970 in UTC
	zone                          *time.Location
	text                          string
}

// ParseSchedule reads five cron fields, a name (@hourly, @daily, @weekly, @monthly, @yearly) or "every DURATION".
func ParseSchedule(spec, zone string) (*Schedule, error) {
	loc := time.UTC
	if zone != "" {
		var err error
		if loc, err = time.LoadLocation(zone); err != nil {
			return nil, fmt.Errorf("timezone = %q is not known: write a name like Europe/Berlin", zone)
		}
	}
	s := &Schedule{zone: loc, text: spec}
	if rest, ok := strings.CutPrefix(spec, "every "); ok {
		d, err := ParseDuration(strings.TrimSpace(rest))
		if err != nil || d < time.Second {
			return nil, fmt.Errorf("schedule = %q: write \"every 5m\", at least 1s", spec)
		}
		s.every = d
		return s, nil
	}
	if named, ok := map[string]string{"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
		"@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}[spec]; ok {
		spec = named
	}
	f := strings.Fields(spec)
	if len(f) != 5 {
		return nil, fmt.Errorf("schedule = %q: write five fields \"minute hour day month weekday\", @daily or \"every 5m\"", s.text)
	}
	var err error
	field := func(text string, lo, hi int, names string) (set uint64) {
		if err == nil {
			if set, err = cronField(text, lo, hi, names); err != nil {
				err = fmt.Errorf("schedule = %q: %w", s.text, err)
			}
		}
		return set
	}
	s.minute = field(f[0], 0, 59, "")
	s.hour = field(f[1], 0, 23, "")
	s.dom = field(f[2], 1, 31, "")
	s.month = field(f[3], 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec")
	s.dow = field(f[4], 0, 7, "sun mon tue wed thu fri sat")
	if err != nil {
		return nil, err
	}
	if s.dow&(1<<7) != 0 {
		s.dow |= 1
	}
	s.anyDom, s.anyDow = strings.HasPrefix(f[2], "*"), strings.HasPrefix(f[4], "*")
	s.anyHour = bits.OnesCount64(s.hour) == 24
	if s.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, fmt.Errorf("schedule = %q never fires", s.text)
	}
	return s, nil
}

func cronField(text string, lo, hi int, names string) (set uint64, err error) {
	number := func(t string) (int, error) {
		for i, n := range strings.Fields(names) {
			if strings.EqualFold(t, n) {
				return lo + i, nil
			}
		}
		n, err := strconv.Atoi(t)
		if err != nil || n < lo || n > hi {
			return 0, fmt.Errorf("%q is not a number from %d to %d", t, lo, hi)
		}
		return n, nil
	}
	for _, part := range strings.Split(text, ",") {
		body, step, stepped := strings.Cut(part, "/")
		by := 1
		if stepped {
			if by, err = strconv.Atoi(step); err != nil || by < 1 || by > hi {
				return 0, fmt.Errorf("step %q in %q is not a number from 1 to %d", step, part, hi)
			}
		}
		from, to := lo, hi
		if names != "" && hi == 7 {
			to = 6
		}
		if body != "*" {
			a, b, ranged := strings.Cut(body, "-")
			if from, err = number(a); err != nil {
				return 0, err
			}
			to = from
			if ranged {
				if to, err = number(b); err != nil {
					return 0, err
				}
			} else if stepped {
				to = hi
			}
			if to < from {
				return 0, fmt.Errorf("range %q goes backwards", body)
			}
		}
		for i := from; i <= to; i += by {
			set |= 1 << i
		}
	}
	return set, nil
}

func (s *Schedule) day(t time.Time) bool {
	dom, dow := s.dom&(1<<t.Day()) != 0, s.dow&(1<<int(t.Weekday())) != 0
	switch {
	case s.anyDom || s.anyDow: // one of them is `*`: the other decides
		return dom && dow
	default: // cron's old rule: either day will do
		return dom || dow
	}
}

// Next is the first firing after t; zero if there is none within five years.
func (s *Schedule) Next(t time.Time) time.Time {
	if s.every > 0 {
		n := t.UnixNano()/int64(s.every) + 1
		return time.Unix(0, n*int64(s.every)).In(s.zone)
	}
	local := t.In(s.zone)
	if s.anyHour {
		return s.nextReal(local)
	}
	// Walk calendar minutes, which have no gaps and no repeats, and turn each that matches into the instant it means.
	wall := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC).Add(-3 * time.Hour)
	end := wall.AddDate(5, 0, 0)
	for wall.Before(end) {
		switch {
		case s.month&(1<<int(wall.Month())) == 0:
			wall = time.Date(wall.Year(), wall.Month()+1, 1, 0, 0, 0, 0, time.UTC)
			continue
		case !s.day(wall):
			wall = time.Date(wall.Year(), wall.Month(), wall.Day()+1, 0, 0, 0, 0, time.UTC)
			continue
		case s.hour&(1<<wall.Hour()) == 0:
			wall = wall.Truncate(time.Hour).Add(time.Hour)
			continue
		case s.minute&(1<<wall.Minute()) == 0:
			wall = wall.Add(time.Minute)
			continue
		}
		if at := s.instant(wall); at.After(t) {
			return at
		}
		wall = wall.Add(time.Minute)
	}
	return time.Time{}
}

// instant is the first moment that a wall clock in the zone shows the given reading, or the first moment after it if the
// clock skips it.
func (s *Schedule) instant(wall time.Time) time.Time {
	at := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, s.zone)
	if at.Hour() != wall.Hour() || at.Minute() != wall.Minute() {
		// In a gap Date answers with one of the two offsets; the gap's end is where the offset changes. Find it between
		// three hours before and after.
		lo, hi := at.Add(-3*time.Hour), at.Add(3*time.Hour)
		_, before := lo.Zone()
		for hi.Sub(lo) > time.Second {
			mid := lo.Add(hi.Sub(lo) / 2)
			if _, off := mid.Zone(); off == before {
				lo = mid
			} else {
				hi = mid
			}
		}
		return hi.Truncate(time.Second)
	}
	// In a repeated hour Date may answer with the second; the first shows the same reading up to three hours earlier.
	for _, back := range []time.Duration{time.Hour, 30 * time.Minute, 2 * time.Hour, 3 * time.Hour} {
		e := at.Add(-back)
		if e.Day() == at.Day() && e.Hour() == at.Hour() && e.Minute() == at.Minute() {
			return e
		}
	}
	return at
}

// nextReal walks real minutes.
func (s *Schedule) nextReal(t time.Time) time.Time {
	at := t.Truncate(time.Minute).Add(time.Minute)
	end := at.AddDate(5, 0, 0)
	for at.Before(end) {
		switch {
		case s.month&(1<<int(at.Month())) == 0:
			next := time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, s.zone)
			at = later(next, at)
		case !s.day(at):
			next := time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, s.zone)
			at = later(next, at)
		case s.minute&(1<<at.Minute()) == 0:
			at = at.Add(time.Minute)
		default:
			return at
		}
	}
	return time.Time{}
}

// later makes sure that a jump to the start of a day or month, which a clock change may move, does go forward.
func later(next, at time.Time) time.Time {
	if next.After(at) {
		return next
	}
	return at.Add(time.Minute)
}
