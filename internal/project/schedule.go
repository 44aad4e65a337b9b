package project

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// A Schedule is a parsed cron expression: five fields as POSIX crontab(5) defines them, with the names, steps and
// @nicknames that cron implementations add. Bit n of a field is value n.
type Schedule struct {
	Minute, Hour, Day, Month, Weekday uint64
	// AnyDay and AnyWeekday are true for a field that starts with *: only when neither is, a day that fits either is enough.
	AnyDay, AnyWeekday bool
	Reboot             bool // @reboot: no time at all
}

var nicknames = map[string]string{"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
	"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *"}

// ParseSchedule reads a cron expression.
func ParseSchedule(text string) (Schedule, error) {
	var s Schedule
	text = strings.TrimSpace(text)
	if text == "@reboot" {
		s.Reboot = true
		return s, nil
	}
	if long, ok := nicknames[strings.ToLower(text)]; ok {
		text = long
	}
	fields := strings.Fields(text)
	if len(fields) != 5 {
		return s, fmt.Errorf("%q is not five cron fields (minute hour day month weekday) or a nickname such as @daily", text)
	}
	for i, f := range []struct {
		into     *uint64
		name     string
		min, max int
		words    []string
	}{
		{&s.Minute, "minute", 0, 59, nil},
		{&s.Hour, "hour", 0, 23, nil},
		{&s.Day, "day", 1, 31, nil},
		{&s.Month, "month", 1, 12, []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
		{&s.Weekday, "weekday", 0, 7, []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
	} {
		set, err := cronField(fields[i], f.min, f.max, f.words)
		if err != nil {
			return s, fmt.Errorf("%s field %q: %w", f.name, fields[i], err)
		}
		*f.into = set
	}
	if s.Weekday&(1<<7) != 0 {
		s.Weekday |= 1
	}
	s.Weekday &^= 1 << 7
	s.AnyDay, s.AnyWeekday = strings.HasPrefix(fields[2], "*"), strings.HasPrefix(fields[4], "*")
	return s, nil
}

func cronField(text string, least, most int, words []string) (uint64, error) {
	number := func(s string) (int, error) {
		for i, w := range words {
			if strings.EqualFold(s, w) {
				return i + least, nil
			}
		}
		n, err := strconv.Atoi(s)
		if err != nil || s[0] == '+' || s[0] == '-' {
			return 0, fmt.Errorf("%q is not a number", s)
		}
		if n < least || n > most {
			return 0, fmt.Errorf("%d is outside %d to %d", n, least, most)
		}
		return n, nil
	}
	var set uint64
	for part := range strings.SplitSeq(text, ",") {
		span, stepText, hasStep := strings.Cut(part, "/")
		step := 1
		if hasStep {
			n, err := strconv.Atoi(stepText)
			if err != nil || n < 1 || n > most {
				return 0, fmt.Errorf("%q is not a step", stepText)
			}
			step = n
		}
		lo, hi := least, most
		switch from, to, isRange := strings.Cut(span, "-"); {
		case span == "*" || span == "?":
			if words != nil && least == 0 {
				hi = 6 // Sunday once, not as 0 and 7
			}
		case isRange:
			var err error
			if lo, err = number(from); err != nil {
				return 0, err
			}
			if hi, err = number(to); err != nil {
				return 0, err
			}
			if lo > hi {
				return 0, fmt.Errorf("the range %s runs backwards", span)
			}
		default:
			n, err := number(span)
			if err != nil {
				return 0, err
			}
			lo = n
			if !hasStep {
				hi = n
			}
		}
		for v := lo; v <= hi; v += step {
			set |= 1 << v
		}
	}
	return set, nil
}

func (s Schedule) dayFits(t time.Time) bool {
	day := s.Day&(1<<t.Day()) != 0
	week := s.Weekday&(1<<int(t.Weekday())) != 0
	if s.AnyDay || s.AnyWeekday {
		return day && week
	}
	return day || week
}

// Shortest is the shortest time between two starts, 0 when there are not two within four years. It looks at the clock
// alone, as in UTC.
func (s Schedule) Shortest() time.Duration {
	if s.Reboot || s.Minute == 0 || s.Hour == 0 {
		return 0
	}
	// The starts within one day repeat, so gaps inside a day and from the last start of a day to the first of a later one
	// are all there is.
	var times []int
	for h := range 24 {
		for m := range 60 {
			if s.Hour&(1<<h) != 0 && s.Minute&(1<<m) != 0 {
				times = append(times, h*60+m)
			}
		}
	}
	best := 0
	consider := func(gap int) {
		if best == 0 || gap < best {
			best = gap
		}
	}
	days, last := 0, -1
	day := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 4*366 + 1 {
		d := day.AddDate(0, 0, i)
		if s.Month&(1<<int(d.Month())) == 0 || !s.dayFits(d) {
			continue
		}
		if days++; last >= 0 {
			consider((i-last)*24*60 + times[0] - times[len(times)-1])
		}
		last = i
		if best > 0 && best <= 24*60 && days > 1 {
			break // two days in a row: no gap between days can be shorter
		}
	}
	if days > 0 {
		for i := 1; i < len(times); i++ {
			consider(times[i] - times[i-1])
		}
	}
	return time.Duration(best) * time.Minute
}

// Daily is how many starts a day that fits has.
func (s Schedule) Daily() int { return bits.OnesCount64(s.Minute) * bits.OnesCount64(s.Hour) }
