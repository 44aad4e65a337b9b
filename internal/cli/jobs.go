//go:build linux || darwin

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/jobs"
)

func init() {
	register(func(s *streams) *cobra.Command {
		o := &operate{}
		cmd := &cobra.Command{Use: "jobs", Short: "List jobs; run, pause and resume them", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				return show(s, o, cmd.Context(), "GET", "jobs", nil, func(w io.Writer, v []jobs.JobView) {
					fmt.Fprintln(w, "JOB\tTIER\tOWNER\tWHEN\tNEXT\tLAST GOOD\t24 H: DONE\tFAILED\tDEAD")
					for _, j := range v {
						when := j.Schedule
						if when == "" {
							when = "on demand"
						}
						if j.Paused {
							when += " (paused)"
						}
						if j.Broken != "" {
							when += " (cannot be imported)"
						}
						fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\n", j.Name, j.Tier, orDash(shortLine(j.Owner, 24)), when, age(j.Next), age(j.Last.GoodAt), j.Day.Done, j.Day.Failed, j.Day.Dead)
					}
				})
			}}
		o.flags(cmd)
		var key, at string
		run := &cobra.Command{Use: "run NAME [ARGUMENTS]", Short: "Enqueue a run; ARGUMENTS is a JSON object, `-` reads it from standard input, NAME=VALUE pairs make one", Args: cobra.MinimumNArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				body := map[string]any{}
				doc, err := arguments(s.in, args[1:])
				if err != nil {
					return err
				}
				if doc != nil {
					body["args"] = doc
				}
				if key != "" {
					body["key"] = key
				}
				if at != "" {
					t, err := time.Parse(time.RFC3339, at)
					if err != nil {
						if d, derr := jobs.ParseDuration(at); derr == nil {
							t = time.Now().Add(d)
						} else {
							return fmt.Errorf("--at %q: a time like 2026-11-23T07:00:00Z or a duration like 10m", at)
						}
					}
					body["at"] = t
				}
				return show(s, o, cmd.Context(), "POST", "jobs/"+url.PathEscape(args[0])+"/run", body, func(w io.Writer, v struct {
					ID, Pipeline int64
					Duplicate    bool
				}) {
					switch {
					case v.Pipeline != 0:
						fmt.Fprintf(w, "pipeline %d started\n", v.Pipeline)
					case v.Duplicate:
						fmt.Fprintf(w, "run %d: the key was used before, nothing new was enqueued\n", v.ID)
					default:
						fmt.Fprintf(w, "run %d accepted\n", v.ID)
					}
				})
			}}
		run.Flags().StringVar(&key, "key", "", "idempotency key: a second run with it is not made, ever")
		run.Flags().StringVar(&at, "at", "", "not before this time, or this long from now")
		cmd.AddCommand(run)
		for _, verb := range []string{"pause", "resume"} {
			cmd.AddCommand(&cobra.Command{Use: verb + " NAME", Short: strings.ToUpper(verb[:1]) + verb[1:] + " a job, on every machine", Args: cobra.ExactArgs(1),
				RunE: func(cmd *cobra.Command, args []string) error {
					return show(s, o, cmd.Context(), "POST", "jobs/"+url.PathEscape(args[0])+"/"+verb, nil, func(w io.Writer, _ map[string]any) {
						fmt.Fprintf(w, "%s: %sd\n", args[0], verb)
					})
				}})
		}
		return cmd
	})
	register(func(s *streams) *cobra.Command {
		o := &operate{}
		var state, job, queue string
		var limit int
		var before int64
		cmd := &cobra.Command{Use: "runs", Short: "List runs; show, cancel and replay them", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				q := url.Values{"limit": {strconv.Itoa(limit)}, "why": {"1"}}
				for k, v := range map[string]string{"state": state, "job": job, "queue": queue} {
					if v != "" {
						q.Set(k, v)
					}
				}
				if before > 0 {
					q.Set("before", strconv.FormatInt(before, 10))
				}
				return show(s, o, cmd.Context(), "GET", "runs?"+q.Encode(), nil, runTable)
			}}
		o.flags(cmd)
		cmd.Flags().StringVar(&state, "state", "", "waiting, scheduled, retrying, running, done, dead, cancelled; several with commas")
		cmd.Flags().StringVar(&job, "job", "", "only of this job")
		cmd.Flags().StringVar(&queue, "queue", "", "only of this queue")
		cmd.Flags().IntVar(&limit, "limit", 50, "how many, at most 1000")
		cmd.Flags().Int64Var(&before, "before", 0, "older than this run")
		cmd.AddCommand(
			&cobra.Command{Use: "show ID", Short: "Everything about a run: why it waits, attempts, output, traceback", Args: cobra.ExactArgs(1),
				RunE: func(cmd *cobra.Command, args []string) error {
					id, err := runArg(args[0])
					if err != nil {
						return err
					}
					return show(s, o, cmd.Context(), "GET", "runs/"+id, nil, runPage)
				}},
			&cobra.Command{Use: "cancel ID…", Short: "Cancel runs that wait or run", Args: cobra.MinimumNArgs(1),
				RunE: func(cmd *cobra.Command, args []string) error { return eachRun(s, o, cmd, args, "cancel", nil) }},
			replayCommand(s, o))
		return cmd
	})
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func runArg(s string) (string, error) {
	if id, err := strconv.ParseInt(s, 10, 64); err != nil || id <= 0 {
		return "", fmt.Errorf("%q is not a run's number", s)
	}
	return s, nil
}

// arguments reads a JSON object, `-` for one on standard input, or NAME=VALUE pairs whose values are JSON or text.
func arguments(in io.Reader, args []string) (json.RawMessage, error) {
	if len(args) == 0 {
		return nil, nil
	}
	if len(args) == 1 && (args[0] == "-" || strings.HasPrefix(strings.TrimSpace(args[0]), "{")) {
		doc := []byte(args[0])
		if args[0] == "-" {
			var err error
			if doc, err = io.ReadAll(in); err != nil {
				return nil, fmt.Errorf("read arguments: %w", err)
			}
		}
		var m map[string]json.RawMessage
		if err := json.Unmarshal(doc, &m); err != nil {
			return nil, fmt.Errorf("the arguments are not a JSON object: %w", err)
		}
		return doc, nil
	}
	m := map[string]any{}
	for _, a := range args {
		name, value, ok := strings.Cut(a, "=")
		if !ok {
			return nil, fmt.Errorf("argument %q: write NAME=VALUE or one JSON object", a)
		}
		var v any
		if json.Unmarshal([]byte(value), &v) != nil {
			v = value
		}
		m[name] = v
	}
	return json.Marshal(m)
}

type runRow struct {
	jobs.Run
	Why string `json:"why"`
}

func runTable(w io.Writer, v []runRow) {
	fmt.Fprintln(w, "RUN\tJOB\tSTATE\tATTEMPT\tCREATED\tTOOK\tWHY")
	for _, r := range v {
		took := "-"
		if !r.FinalizedAt.IsZero() && !r.AttemptedAt.IsZero() {
			took = r.FinalizedAt.Sub(r.AttemptedAt).Round(time.Millisecond).String()
		}
		why := r.Why
		if why == "" && r.State != jobs.Done {
			why = r.Error
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%d/%d\t%s\t%s\t%s\n", r.ID, shortLine(r.Job, 40), r.State, r.Attempt, r.MaxAttempts, age(r.CreatedAt), took, shortLine(why, 100))
	}
}

func runPage(w io.Writer, v jobs.RunView) {
	fmt.Fprintf(w, "run %d of %s: %s\n%s\n", v.ID, shortLine(v.Job, 100), v.State, shortLine(v.Why, 500))
	fmt.Fprintf(w, "owner\t%s\ntier\t%s\nqueue\t%s\narguments\t%s\ncreated\t%s\n", orDash(v.Owner), orDash(v.Tier), v.Queue, shortLine(string(v.Args), 500), v.CreatedAt.Format(time.RFC3339))
	if v.LastGood != 0 {
		fmt.Fprintf(w, "last good run\t%d, %s\n", v.LastGood, age(v.LastGoodAt))
	}
	if v.Progress != nil {
		fmt.Fprintf(w, "progress\t%g of %g %s\n", v.Progress.Done, v.Progress.Total, shortLine(v.Progress.Note, 100))
	}
	for _, a := range v.Attempts {
		fmt.Fprintf(w, "\nattempt %d\t%s", a.Attempt, a.Outcome)
		if !a.Ended.IsZero() {
			fmt.Fprintf(w, " after %s", a.Ended.Sub(a.Started).Round(time.Millisecond))
		}
		fmt.Fprintf(w, " on %s (process %d)", a.Node, a.PID)
		if a.PeakRSS > 0 {
			fmt.Fprintf(w, ", peak memory %s", jobs.Bytes(a.PeakRSS))
		}
		fmt.Fprintln(w)
		if a.Cause != "" {
			fmt.Fprintf(w, "cause\t%s\n", shortLine(a.Cause, 200))
		}
		if a.Error != "" {
			fmt.Fprintf(w, "error\t%s\n", shortLine(a.Error, 500))
		}
		for _, block := range []struct{ name, text string }{{"traceback", a.Traceback}, {"output", a.Output}} {
			if block.text == "" {
				continue
			}
			fmt.Fprintln(w, block.name)
			for _, line := range strings.Split(strings.TrimRight(block.text, "\n"), "\n") {
				fmt.Fprintln(w, "  "+shortLine(line, 4000))
			}
		}
	}
}

func replayCommand(s *streams, o *operate) *cobra.Command {
	var edit string
	cmd := &cobra.Command{Use: "replay ID…", Short: "Make runs that ended live again", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var body any
			if edit != "" {
				doc, err := arguments(s.in, []string{edit})
				if err != nil {
					return err
				}
				body = map[string]any{"args": doc}
			}
			return eachRun(s, o, cmd, args, "replay", body)
		}}
	cmd.Flags().StringVar(&edit, "args", "", "new arguments, as a JSON object")
	return cmd
}

func eachRun(s *streams, o *operate, cmd *cobra.Command, ids []string, verb string, body any) error {
	var errs []error
	for _, id := range ids {
		id, err := runArg(id)
		if err == nil {
			err = show(s, o, cmd.Context(), "POST", "runs/"+id+"/"+verb, body, func(w io.Writer, v jobs.Run) {
				fmt.Fprintf(w, "run %d of %s: %s\n", v.ID, shortLine(v.Job, 100), v.State)
			})
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func init() {
	register(func(s *streams) *cobra.Command {
		o := &operate{}
		var job, cause string
		var limit int
		cmd := &cobra.Command{Use: "dlq", Short: "List dead letters; show, replay and edit them", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				q := url.Values{"state": {"dead"}, "limit": {strconv.Itoa(limit)}}
				if job != "" {
					q.Set("job", job)
				}
				if cause != "" {
					q.Set("cause", cause)
				}
				return show(s, o, cmd.Context(), "GET", "runs?"+q.Encode(), nil, func(w io.Writer, v []runRow) {
					fmt.Fprintln(w, "RUN\tJOB\tATTEMPTS\tDIED\tCAUSE\tERROR")
					for _, r := range v {
						fmt.Fprintf(w, "%d\t%s\t%d\t%s\t%s\t%s\n", r.ID, shortLine(r.Job, 40), r.Attempt, age(r.FinalizedAt), orDash(shortLine(r.Meta.Cause, 30)), shortLine(r.Error, 100))
					}
				})
			}}
		o.flags(cmd)
		cmd.PersistentFlags().StringVar(&job, "job", "", "only of this job")
		cmd.PersistentFlags().StringVar(&cause, "cause", "", "only with this cause")
		cmd.Flags().IntVar(&limit, "limit", 50, "how many, at most 1000")
		replay := replayCommand(s, o)
		var all bool
		one := replay.RunE
		replay.Use, replay.Args = "replay [ID…]", cobra.ArbitraryArgs
		replay.Flags().BoolVar(&all, "all", false, "every dead letter (of --job, with --cause)")
		replay.RunE = func(cmd *cobra.Command, args []string) error {
			if !all {
				if len(args) == 0 {
					return errors.New("name runs, or --all")
				}
				return one(cmd, args)
			}
			return show(s, o, cmd.Context(), "POST", "bulk", map[string]any{"action": "replay", "state": []string{"dead"}, "job": job, "cause": cause}, func(w io.Writer, v struct{ Runs int }) {
				fmt.Fprintf(w, "%d dead letters replayed\n", v.Runs)
			})
		}
		cmd.AddCommand(replay)
		return cmd
	})
	register(func(s *streams) *cobra.Command {
		o := &operate{}
		cmd := &cobra.Command{Use: "queues", Short: "List queues with their depth and age; pause and resume them", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				return show(s, o, cmd.Context(), "GET", "queues", nil, func(w io.Writer, v []jobs.Queue) {
					fmt.Fprintln(w, "QUEUE\tWAITING\tSCHEDULED\tRETRYING\tRUNNING\tOLDEST\tPAUSED")
					for _, q := range v {
						fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\t%v\n", shortLine(q.Name, 40), q.Depth[jobs.Waiting], q.Depth[jobs.Scheduled], q.Depth[jobs.Retrying], q.Depth[jobs.Running], short(q.Oldest), q.Paused)
					}
				})
			}}
		o.flags(cmd)
		for _, verb := range []string{"pause", "resume"} {
			cmd.AddCommand(&cobra.Command{Use: verb + " NAME", Short: strings.ToUpper(verb[:1]) + verb[1:] + " a queue, on every machine", Args: cobra.ExactArgs(1),
				RunE: func(cmd *cobra.Command, args []string) error {
					return show(s, o, cmd.Context(), "POST", "queues/"+url.PathEscape(args[0])+"/"+verb, nil, func(w io.Writer, _ map[string]any) {
						fmt.Fprintf(w, "%s: %sd\n", args[0], verb)
					})
				}})
		}
		return cmd
	})
	register(func(s *streams) *cobra.Command {
		o := &operate{}
		cmd := &cobra.Command{Use: "workers", Short: "List machines and their worker processes", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				return show(s, o, cmd.Context(), "GET", "nodes", nil, func(w io.Writer, v []jobs.Node) {
					fmt.Fprintln(w, "NODE\tWORKER\tPROCESS\tSTATE\tMEMORY\tRUNS\tJOB\tRUN\tCODE")
					for _, n := range v {
						fmt.Fprintf(w, "%s\t\t%d\t%s\t\t\t\t\t%s\n", n.ID, n.PID, n.State, n.Version)
						for _, k := range n.Workers {
							fmt.Fprintf(w, "\t%s\t%d\t%s\t%s\t%d\t%s\t%s\t%s\n", k.Name, k.PID, k.State, jobs.Bytes(k.RSS), k.Runs, orDash(k.Job), orDash(strings.TrimPrefix(strconv.FormatInt(k.Run, 10), "0")), k.Version)
						}
					}
				})
			}}
		o.flags(cmd)
		return cmd
	})
}
