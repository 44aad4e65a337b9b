//go:build linux || darwin

package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/store"
)

// An Alert is one thing that is wrong, from when it was noticed to when it was right again. However often it is
// noticed, it is told once, and once more when it is over.
type Alert struct {
	ID       int64     `json:"id"`
	Rule     string    `json:"rule"` // dead-letter, late-schedule, queue-age, failure-rate, missing-signal, ledger
	Job      string    `json:"job,omitempty"`
	Owner    string    `json:"owner,omitempty"`
	State    string    `json:"state"` // open, closed
	Summary  string    `json:"summary"`
	Detail   Detail    `json:"detail"`
	Opened   time.Time `json:"opened"`
	Closed   time.Time `json:"closed,omitzero"`
	Times    int64     `json:"times"`
	Delivery string    `json:"delivery"`
}

// Detail is what the owner needs first.
type Detail struct {
	Run       int64           `json:"run,omitempty"`
	Error     string          `json:"error,omitempty"`
	Cause     string          `json:"cause,omitempty"`
	Input     json.RawMessage `json:"first_failing_input,omitempty"`
	LastGood  int64           `json:"last_good_run,omitempty"`
	LastGoodT time.Time       `json:"last_good_at,omitzero"`
	Node      string          `json:"node,omitempty"`
}

// Alerter notices, remembers and tells.
type Alerter struct {
	s    *Service
	SMTP string // the relay: host:port, or smtp://USER:PASSWORD@host:port
	From string

	mu     sync.Mutex
	dead   map[string]bool // jobs with an open dead-letter alert
	queue  chan func()
	client *http.Client
}

func newAlerter(s *Service) *Alerter {
	return &Alerter{s: s, dead: map[string]bool{}, queue: make(chan func(), 1000), client: &http.Client{Timeout: 10 * time.Second}}
}

// target is where an alert is sent.
type target struct {
	kind string // webhook, slack, mail, command; env until resolved
	to   string
}

func parseTarget(s string) (target, error) {
	switch {
	case strings.HasPrefix(s, "slack:"):
		u, err := url.Parse(strings.TrimPrefix(s, "slack:"))
		if err != nil || u.Host == "" {
			return target{}, fmt.Errorf("%q has no address after slack:", s)
		}
		return target{"slack", u.String()}, nil
	case strings.HasPrefix(s, "http://"), strings.HasPrefix(s, "https://"):
		u, err := url.Parse(s)
		if err != nil || u.Host == "" {
			return target{}, fmt.Errorf("%q is not an address", s)
		}
		if u.Host == "hooks.slack.com" {
			return target{"slack", s}, nil
		}
		return target{"webhook", s}, nil
	case strings.HasPrefix(s, "mailto:"):
		a, err := mail.ParseAddress(strings.TrimPrefix(s, "mailto:"))
		if err != nil {
			return target{}, fmt.Errorf("%q is not a mail address", s)
		}
		return target{"mail", a.Address}, nil
	case strings.HasPrefix(s, "env:") && environmentName.MatchString(s[4:]):
		return target{"env", s[4:]}, nil
	case strings.HasPrefix(s, "command:") && strings.TrimSpace(s[8:]) != "":
		return target{"command", strings.TrimSpace(s[8:])}, nil
	}
	return target{}, fmt.Errorf("%q: write https://…, slack:https://…, mailto:ADDRESS, command:PROGRAM or env:NAME", s)
}

var environmentName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// resolve follows a target that the server's environment names: the address of a web hook is a secret, and differs from one
// machine to the next.
func (t target) resolve() (target, error) {
	if t.kind != "env" {
		return t, nil
	}
	value := os.Getenv(t.to)
	if value == "" {
		return t, fmt.Errorf("the environment of the server has no %s", t.to)
	}
	r, err := parseTarget(value)
	if err == nil && r.kind == "env" {
		err = errors.New("it names another variable")
	}
	if err != nil {
		return t, fmt.Errorf("%s: %w", t.to, err)
	}
	return r, nil
}

func (a *Alerter) post(fn func()) {
	select {
	case a.queue <- fn:
	default:
		a.s.Log.Error("too many alerts wait to be handled; one is dropped")
	}
}

// ended looks at an attempt's end.
func (a *Alerter) ended(at *Attempt, final State) {
	switch final {
	case Dead:
		a.mu.Lock()
		a.dead[at.Run.Job] = true
		a.mu.Unlock()
		a.post(func() {
			a.open(context.Background(), "dead-letter", at.Run.Job, at.Run.Job,
				fmt.Sprintf("%s: run %d is a dead letter after %d attempts: %s", at.Run.Job, at.Run.ID, at.Run.Attempt, clip(at.Error, 300)),
				Detail{Run: at.Run.ID, Error: clip(at.Error, 1000), Cause: at.Cause, Input: Redact(at.Run.Args)})
		})
	case Done:
		a.mu.Lock()
		was := a.dead[at.Run.Job]
		delete(a.dead, at.Run.Job)
		a.mu.Unlock()
		if was {
			a.post(func() {
				a.close(context.Background(), "dead-letter", at.Run.Job, at.Run.Job, fmt.Sprintf("%s succeeds again: run %d", at.Run.Job, at.Run.ID))
			})
		}
	}
}

func (a *Alerter) ledger(ctx context.Context, l Ledger) {
	if l.Balanced() {
		a.close(ctx, "ledger", "", "ledger", "the ledger adds up again")
		return
	}
	a.open(ctx, "ledger", "", "ledger", fmt.Sprintf("the ledger does not add up: %d accepted, %d accounted for (done %d, dead %d, cancelled %d, live %d, pruned %d)",
		l.Accepted, l.Done+l.Dead+l.Cancelled+l.Live+l.Pruned, l.Done, l.Dead, l.Cancelled, l.Live, l.Pruned), Detail{})
}

func (a *Alerter) loop(ctx context.Context) {
	// Alerts that were open when the server stopped are closed by the first success after.
	if open, err := a.List(ctx, true, 1000); err == nil {
		a.mu.Lock()
		for _, al := range open {
			if al.Rule == "dead-letter" {
				a.dead[al.Job] = true
			}
		}
		a.mu.Unlock()
	}
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			for {
				select {
				case fn := <-a.queue:
					fn()
				default:
					return
				}
			}
		case fn := <-a.queue:
			fn()
		case <-tick.C:
			a.Watch(ctx, clock())
		}
	}
}

// Watch evaluates the rules that look at time passing.
func (a *Alerter) Watch(ctx context.Context, now time.Time) {
	decls := a.s.Declarations()
	var schedules map[string]ScheduleInfo
	var lasts map[string]JobLast
	var ages map[string]time.Duration
	for _, d := range decls {
		if d.Schedule != "" && (d.Late > 0 || len(d.Alerts) > 0) {
			if schedules == nil {
				schedules = map[string]ScheduleInfo{}
				list, err := a.s.Engine.Schedules(ctx)
				if err != nil {
					return
				}
				for _, s := range list {
					schedules[s.Job] = s
				}
				if lasts, err = a.s.Engine.Lasts(ctx); err != nil {
					return
				}
			}
			late := d.Late
			if late == 0 {
				late = max(10*time.Minute, 2*d.TimeLimit)
			}
			s, l := schedules[d.Name], lasts[d.Name]
			if !s.Last.IsZero() {
				a.set(ctx, now.Sub(s.Last) > late && l.GoodAt.Before(s.Last), "late-schedule", d.Name, d.Name,
					fmt.Sprintf("%s was due at %s and has not succeeded since", d.Name, s.Last.UTC().Format(time.RFC3339)),
					fmt.Sprintf("%s has succeeded: it was late", d.Name), Detail{Error: l.BadError, Run: l.BadRun})
			}
		}
		if d.MaxAge > 0 {
			if ages == nil {
				ages = map[string]time.Duration{}
				queues, err := a.s.Engine.Queues(ctx)
				if err != nil {
					return
				}
				for _, q := range queues {
					ages[q.Name] = q.Oldest
				}
			}
			a.set(ctx, ages[d.Queue] > d.MaxAge, "queue-age", d.Name, "queue:"+d.Queue,
				fmt.Sprintf("queue %s: the first run in it has waited for %s", d.Queue, ages[d.Queue].Round(time.Second)),
				fmt.Sprintf("queue %s moves again", d.Queue), Detail{})
		}
		if d.FailureRate > 0 {
			var bad, all int64
			rows, err := a.s.DB.Read().Query(ctx, "SELECT outcome, CAST(sum(runs) AS bigint) FROM rw_stats WHERE bucket > ? AND job = ? GROUP BY outcome", now.Add(-time.Hour).Unix(), d.Name)
			if err != nil {
				return
			}
			for rows.Next() {
				var outcome string
				var n int64
				if rows.Scan(&outcome, &n) == nil {
					all += n
					if Outcome(outcome) == Failed || Outcome(outcome) == Killed {
						bad += n
					}
				}
			}
			rows.Close()
			a.set(ctx, all >= 5 && float64(bad) > d.FailureRate*float64(all), "failure-rate", d.Name, d.Name,
				fmt.Sprintf("%s: %d of %d attempts failed within an hour", d.Name, bad, all), fmt.Sprintf("%s: failures are back to normal", d.Name), Detail{})
		}
		for _, name := range sortedKeys(d.Expect) {
			var at *int64
			if err := a.s.DB.Read().QueryRow(ctx, "SELECT max(at) FROM rw_signals WHERE job = ? AND name = ?", d.Name, name).Scan(&at); err != nil || at == nil {
				continue // never arrived: nothing has stopped
			}
			within := time.Duration(d.Expect[name] * float64(time.Second))
			a.set(ctx, now.Sub(time.UnixMicro(*at)) > within, "missing-signal", d.Name, d.Name+"/"+name,
				fmt.Sprintf("%s: the signal %s has not arrived for %s (expected within %s)", d.Name, name, now.Sub(time.UnixMicro(*at)).Round(time.Second), within),
				fmt.Sprintf("%s: the signal %s arrives again", d.Name, name), Detail{})
		}
	}
}

func (a *Alerter) set(ctx context.Context, bad bool, rule, job, dedupe, summary, recovered string, d Detail) {
	if bad {
		a.open(ctx, rule, job, dedupe, summary, d)
	} else {
		a.close(ctx, rule, job, dedupe, recovered)
	}
}

func (a *Alerter) open(ctx context.Context, rule, job, dedupe, summary string, d Detail) {
	decl, _ := a.s.Declaration(job)
	if job != "" {
		if l, err := a.s.Engine.Lasts(ctx); err == nil {
			d.LastGood, d.LastGoodT = l[job].GoodRun, l[job].GoodAt
		}
	}
	d.Node = a.s.Engine.Node()
	doc, err := json.Marshal(d)
	if err != nil {
		return
	}
	now := clock()
	key := rule + "|" + dedupe
	var id int64
	err = a.s.DB.Tx(ctx, func(tx *store.Tx) error {
		id = 0
		if err := tx.Lock(ctx, "alert:"+key); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "UPDATE rw_alerts SET times = times + 1, last_at = ? WHERE state = 'open' AND dedupe = ?", now.UnixMicro(), key)
		if err != nil || n > 0 {
			return err
		}
		return tx.QueryRow(ctx, `INSERT INTO rw_alerts (dedupe, rule, job, owner, state, summary, detail, opened_at, last_at, times, delivery)
			VALUES (?, ?, ?, ?, 'open', ?, ?, ?, ?, 1, '') RETURNING seq`, key, rule, job, decl.Owner, text(summary), string(doc), now.UnixMicro(), now.UnixMicro()).Scan(&id)
	})
	if err != nil {
		a.s.Log.Error("cannot store an alert", "rule", rule, "job", job, "error", err)
		return
	}
	if id != 0 {
		a.s.Log.Warn("alert", "rule", rule, "job", job, "owner", decl.Owner, "summary", summary)
		a.deliver(id, decl, Alert{ID: id, Rule: rule, Job: job, Owner: decl.Owner, State: "open", Summary: summary, Detail: d, Opened: now, Times: 1})
	}
}

func (a *Alerter) close(ctx context.Context, rule, job, dedupe, summary string) {
	key := rule + "|" + dedupe
	var probe int64
	if err := a.s.DB.Read().QueryRow(ctx, "SELECT seq FROM rw_alerts WHERE state = 'open' AND dedupe = ? LIMIT 1", key).Scan(&probe); err != nil {
		return // nothing is open
	}
	decl, _ := a.s.Declaration(job)
	now := clock()
	var id, opened int64
	err := a.s.DB.Tx(ctx, func(tx *store.Tx) error {
		id = 0
		return tx.QueryRow(ctx, "UPDATE rw_alerts SET state = 'closed', closed_at = ? WHERE state = 'open' AND dedupe = ? RETURNING seq, opened_at", now.UnixMicro(), key).Scan(&id, &opened)
	})
	if errors.Is(err, store.ErrNoRows) {
		return
	}
	if err != nil {
		a.s.Log.Error("cannot close an alert", "rule", rule, "job", job, "error", err)
		return
	}
	a.s.Log.Info("recovered", "rule", rule, "job", job, "summary", summary)
	a.deliver(id, decl, Alert{ID: id, Rule: rule, Job: job, Owner: decl.Owner, State: "closed", Summary: summary, Opened: time.UnixMicro(opened), Closed: now})
}

// deliver sends an alert to the job's targets, or to the server's if the job names none, in the background.
func (a *Alerter) deliver(id int64, decl Declaration, al Alert) {
	targets := decl.Alerts
	if len(targets) == 0 {
		targets = a.s.opts.Alerts
	}
	if len(targets) == 0 {
		return
	}
	go func() {
		var said []string
		for _, raw := range targets {
			t, err := parseTarget(raw)
			if err == nil {
				t, err = t.resolve()
			}
			for try := 0; err == nil; try++ {
				if err = a.send(t, al); err == nil || try == 2 {
					break
				}
				time.Sleep(time.Duration(1+4*try) * time.Second)
				err = nil
			}
			if err != nil {
				a.s.Log.Error("cannot deliver an alert", "kind", t.kind, "rule", al.Rule, "job", al.Job, "error", err)
				said = append(said, t.kind+": "+clip(err.Error(), 200))
			} else {
				said = append(said, t.kind+": delivered")
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if _, err := a.s.DB.Exec(ctx, "UPDATE rw_alerts SET delivery = ? WHERE seq = ?", strings.Join(said, "; "), id); err != nil {
			a.s.Log.Error("cannot note a delivery", "error", err)
		}
	}()
}

// message is what every target gets: `text` makes it a valid Slack message too.
func message(al Alert) map[string]any {
	mark := "ALERT"
	if al.State == "closed" {
		mark = "RECOVERED"
	}
	lines := []string{mark + " " + al.Summary}
	if al.Owner != "" {
		lines = append(lines, "owner: "+al.Owner)
	}
	if al.Detail.LastGood != 0 {
		lines = append(lines, fmt.Sprintf("last good run: %d at %s", al.Detail.LastGood, al.Detail.LastGoodT.UTC().Format(time.RFC3339)))
	} else if al.State == "open" && al.Job != "" {
		lines = append(lines, "last good run: none")
	}
	if len(al.Detail.Input) > 0 {
		lines = append(lines, "first failing input: "+clip(string(al.Detail.Input), 500))
	}
	return map[string]any{"text": strings.Join(lines, "\n"), "alert": al}
}

func (a *Alerter) send(t target, al Alert) error {
	m := message(al)
	if t.kind == "slack" {
		m = map[string]any{"text": m["text"]}
	}
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	switch t.kind {
	case "webhook", "slack":
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.to, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := a.client.Do(req)
		if err != nil {
			return err
		}
		res.Body.Close()
		if res.StatusCode >= 300 {
			return fmt.Errorf("the webhook answered %s", res.Status)
		}
		return nil
	case "mail":
		return a.mail(ctx, t.to, al, fmt.Sprint(m["text"]))
	case "command":
		cmd := exec.CommandContext(ctx, "/bin/sh", "-c", t.to)
		cmd.Dir = a.s.Pool.opts.Root
		cmd.Stdin = bytes.NewReader(body)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, clip(strings.TrimSpace(string(out)), 200))
		}
		return nil
	}
	return fmt.Errorf("unknown target %s", t.kind)
}

// List reads alerts, newest first.
func (a *Alerter) List(ctx context.Context, openOnly bool, limit int) ([]Alert, error) {
	q := "SELECT seq, rule, job, owner, state, summary, detail, opened_at, coalesce(closed_at, 0), times, delivery FROM rw_alerts"
	if openOnly {
		q += " WHERE state = 'open'"
	}
	rows, err := a.s.DB.Read().Query(ctx, q+fmt.Sprintf(" ORDER BY seq DESC LIMIT %d", limit))
	if err != nil {
		return nil, fmt.Errorf("list alerts: %w", err)
	}
	defer rows.Close()
	var out []Alert
	for rows.Next() {
		var al Alert
		var opened, closed int64
		var detail string
		if err := rows.Scan(&al.ID, &al.Rule, &al.Job, &al.Owner, &al.State, &al.Summary, &detail, &opened, &closed, &al.Times, &al.Delivery); err != nil {
			return nil, err
		}
		_ = json.Unmarshal([]byte(detail), &al.Detail)
		al.Opened = time.UnixMicro(opened)
		if closed > 0 {
			al.Closed = time.UnixMicro(closed)
		}
		out = append(out, al)
	}
	return out, rows.Err()
}

// JobLast is a job's last good and bad run.
type JobLast struct {
	GoodRun  int64     `json:"good_run,omitempty"`
	GoodAt   time.Time `json:"good_at,omitzero"`
	BadRun   int64     `json:"bad_run,omitempty"`
	BadAt    time.Time `json:"bad_at,omitzero"`
	BadError string    `json:"bad_error,omitempty"`
}

// Lasts reads every job's last good and bad run.
func (r *River) Lasts(ctx context.Context) (map[string]JobLast, error) {
	rows, err := r.db.Read().Query(ctx, "SELECT job, coalesce(good_run, 0), coalesce(good_at, 0), coalesce(bad_run, 0), coalesce(bad_at, 0), coalesce(bad_error, '') FROM rw_last")
	if err != nil {
		return nil, fmt.Errorf("read last runs: %w", err)
	}
	defer rows.Close()
	out := map[string]JobLast{}
	for rows.Next() {
		var name string
		var l JobLast
		var good, bad int64
		if err := rows.Scan(&name, &l.GoodRun, &good, &l.BadRun, &bad, &l.BadError); err != nil {
			return nil, err
		}
		if good > 0 {
			l.GoodAt = time.UnixMicro(good)
		}
		if bad > 0 {
			l.BadAt = time.UnixMicro(bad)
		}
		out[name] = l
	}
	return out, rows.Err()
}

var secretName = regexp.MustCompile(`(?i)pass|secret|token|credential|authorization|api_?key|private|cookie|session|dsn`)

// Redact replaces the values of arguments whose names sound like secrets, at any depth, and passwords inside URLs.
func Redact(args json.RawMessage) json.RawMessage {
	dec := json.NewDecoder(bytes.NewReader(args))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return json.RawMessage(`"unreadable"`)
	}
	out, err := json.Marshal(redact(v))
	if err != nil {
		return json.RawMessage(`"unreadable"`)
	}
	return out
}

var urlPassword = regexp.MustCompile(`(://[^/\s:@]*:)[^/\s@]+@`)

func redact(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if secretName.MatchString(k) {
				v[k] = "[redacted]"
			} else {
				v[k] = redact(x)
			}
		}
	case []any:
		for i, x := range v {
			v[i] = redact(x)
		}
	case string:
		return urlPassword.ReplaceAllString(v, "${1}[redacted]@")
	}
	return v
}
