//go:build linux || darwin

package jobs

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

func TestScheduleAcrossClockChanges(t *testing.T) {
	for _, c := range []struct {
		name, spec, zone, from string
		want                   []string
	}{
		{"an hour that does not exist fires right after it", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z",
			[]string{"2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"}},
		{"an hour that comes twice fires the first time", "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}},
		{"every hour follows real time in spring", "0 * * * *", "Europe/Berlin", "2026-03-28T23:30:00Z",
			[]string{"2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"}},
		{"every hour follows real time in autumn", "0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z",
			[]string{"2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00"}},
		{"a clock change of half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-02T20:00:00Z",
			[]string{"2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"}},
		{"midnight that does not exist", "0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z",
			[]string{"2026-09-06T01:00:00-03:00", "2026-09-07T00:00:00-03:00"}},
		{"weekday names and steps", "*/20 9-10 * * mon", "UTC", "2026-11-23T08:59:00Z",
			[]string{"2026-11-23T09:00:00Z", "2026-11-23T09:20:00Z", "2026-11-23T09:40:00Z", "2026-11-23T10:00:00Z"}},
		{"day of month or weekday", "0 0 13 * fri", "UTC", "2026-11-10T00:00:00Z",
			[]string{"2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-27T00:00:00Z", "2026-12-04T00:00:00Z", "2026-12-11T00:00:00Z", "2026-12-13T00:00:00Z"}},
		{"the end of February", "0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", []string{"2028-02-29T00:00:00Z"}},
		{"every", "every 90s", "", "2026-01-01T00:00:00Z", []string{"2026-01-01T00:01:30Z", "2026-01-01T00:03:00Z"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := ParseSchedule(c.spec, c.zone)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, c.from)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for range c.want {
				at = s.Next(at)
				got = append(got, at.Format(time.RFC3339))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s in %s (-want +got):\n%s", c.spec, c.zone, diff)
			}
		})
	}
}

func TestScheduleErrorsNameThePlace(t *testing.T) {
	for spec, want := range map[string]string{
		"* * * *": "five fields", "61 * * * *": `"61"`, "* * * * funday": `"funday"`, "5-1 * * * *": "backwards", "*/0 * * * *": "step",
		"0 0 31 2 *": "never fires", "every 1ms": "at least 1s", "": "five fields",
	} {
		_, err := ParseSchedule(spec, "")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want a mention of %s", spec, err, want)
		}
	}
	if _, err := ParseSchedule("@daily", "Mars/Olympus"); err == nil || !strings.Contains(err.Error(), "Mars/Olympus") {
		t.Errorf("unknown zone: %v", err)
	}
}

// TestTenThousandFires moves a clock over a spring and an autumn change, stops and starts the engine 200 times, sets the
// clock back and forward, and compares what fired with what should have, minute by minute.
func TestTenThousandFires(t *testing.T) {
	days := 36
	if testing.Short() {
		days = 6
	}
	for _, policy := range []string{"all", "once", "skip"} {
		for _, c := range []struct{ zone, from string }{{"Europe/Berlin", "2026-03-10T00:00:00Z"}, {"America/New_York", "2026-10-14T00:00:00Z"}} {
			if c.zone == "America/New_York" && policy != "all" && testing.Short() {
				continue
			}
			t.Run(policy+" "+c.zone, func(t *testing.T) {
				t.Parallel()
				ctx := t.Context()
				path := filepath.Join(t.TempDir(), "rw.db")
				start, _ := time.Parse(time.RFC3339, c.from)
				if testing.Short() {
					start = start.AddDate(0, 0, 16) // the change lies in the middle of the short form too
				}
				end := start.AddDate(0, 0, days)
				decl := Declaration{Name: "tick", Schedule: "*/5 * * * *", Zone: c.zone, Missed: policy}
				request := func(string) (Request, bool) { return Request{Job: "tick", MaxAttempts: 1}, true }
				rnd := rand.New(rand.NewPCG(7, uint64(len(policy))))
				var db *store.DB
				var r *River
				restart := func(now time.Time) {
					if db != nil {
						db.Close()
					}
					db = must[*store.DB](t)(store.Open(ctx, path, store.Options{}))
					must[int64](t)(db.Exec(ctx, "PRAGMA synchronous=OFF")) // the clock is simulated; so many real flushes would only take time
					r = must[*River](t)(OpenRiver(ctx, db, "n"))
					if err := db.Tx(ctx, func(tx *store.Tx) error { return syncSchedules(ctx, tx, []Declaration{decl}, now) }); err != nil {
						t.Fatal(err)
					}
				}
				restart(start)
				defer func() { db.Close() }()
				// want is told by walking all minutes, independently of Schedule.Next.
				want := map[string]bool{}
				zone, _ := time.LoadLocation(c.zone)
				due := func(from, to time.Time) (out []time.Time) {
					for m := from.Truncate(time.Minute).Add(time.Minute); !m.After(to); m = m.Add(time.Minute) {
						if m.In(zone).Minute()%5 == 0 {
							out = append(out, m)
						}
					}
					return out
				}
				restarts, back := 0, 0
				last := start // the latest time that Fire has seen
				steps := 0
				for now := start; now.Before(end); {
					step := time.Duration(20+rnd.IntN(560)) * time.Second
					steps++
					left := int(end.Sub(now)/step) + 1
					switch {
					case restarts < 200 && rnd.IntN(max(1, left)) < 200-restarts:
						restarts++
						now = now.Add(time.Duration(rnd.IntN(20)) * time.Minute) // down for a while
						restart(now)
					case rnd.IntN(100) == 0:
						back++
						// The clock is set back, fires are asked for, and it comes right again.
						if _, _, err := r.Fire(ctx, now.Add(-time.Hour), request); err != nil {
							t.Fatal(err)
						}
					}
					now = now.Add(step)
					if _, _, err := r.Fire(ctx, now, request); err != nil {
						t.Fatal(err)
					}
					for _, m := range choose(due(last, now), policy, now) {
						want[m.UTC().Format("2006-01-02T15:04:05Z")] = true
					}
					last = now
				}
				got := map[string]bool{}
				rows := must[store.Rows](t)(db.Read().Query(ctx, "SELECT key FROM rw_keys"))
				defer rows.Close()
				for rows.Next() {
					var key string
					if err := rows.Scan(&key); err != nil {
						t.Fatal(err)
					}
					got[strings.TrimPrefix(key, "schedule:")] = true
				}
				var runs int
				if err := db.Read().QueryRow(ctx, "SELECT count(*) FROM river_job").Scan(&runs); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("missed (-) or not asked for (+):\n%s", diff)
				}
				if runs != len(want) {
					t.Errorf("%d runs for %d firings", runs, len(want))
				}
				t.Logf("%s", fmt.Sprintf("%d firings, %d restarts, clock set back %d times: 0 missed, 0 doubled", len(want), restarts, back))
			})
		}
	}
}
