package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/graduate"
	"github.com/roadworthy-dev/roadworthy/internal/graduate/proof"
	"github.com/roadworthy-dev/roadworthy/internal/report"
	"github.com/roadworthy-dev/roadworthy/internal/standard"
)

func init() {
	register(func(s *streams) *cobra.Command {
		req := graduate.Request{}
		var answers []string
		plan, noLock, offline := false, false, false
		python, format := "", "text"
		o := standard.GraduatedOptions{}
		cmd := &cobra.Command{
			Use:   "graduate FILE",
			Short: "Turn a notebook or script into a tested package, with proof that it computes the same",
			Long: "Write a package from a notebook or script: steps with explicit parameters, edges for what comes in and goes out, a typed\n" +
				"configuration, tests, a job, and GRADUATION.md with the proof. The file itself is never changed.\n\n" +
				"Graduation executes the notebook, several times, in a copy of its folder: without network unless --allow-network is given,\n" +
				"with writes confined to the copy as far as the system permits. --plan executes nothing.\n\n" +
				"What cannot be done honestly is refused with one reason and one question; --answer KEY=VALUE answers it.",
			Example: "  roadworthy graduate notebooks/segments.ipynb --plan\n" +
				"  roadworthy graduate notebooks/segments.ipynb --out-dir segments --owner @acme/data --schedule \"0 6 * * 1\"",
			Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				if format != "text" && format != "json" {
					return &Hint{fmt.Errorf("format %s is not known", format), "one of text, json"}
				}
				req.Path = args[0]
				if req.Name == "" {
					req.Name = graduate.ProjectName(req.Path)
					if beside := filepath.Join(filepath.Dir(req.Path), strings.ReplaceAll(req.Name, "-", "_")); exists(beside+".py") && beside+".py" != filepath.Clean(req.Path) || exists(beside) {
						req.Name += "-job" // the module of that name may come along
					}
				}
				if req.OutDir == "" {
					req.OutDir = req.Name
				}
				req.Answers = map[string]string{}
				for _, a := range answers {
					key, value, ok := strings.Cut(a, "=")
					if !ok {
						return &Hint{fmt.Errorf("answer %q has no value", a), "write --answer KEY=VALUE"}
					}
					give(req.Answers, key, value)
				}
				if python != "" {
					req.Python = strings.Fields(python)
					if strings.ContainsRune(req.Python[0], filepath.Separator) { // the runs have other working directories
						abs, err := filepath.Abs(req.Python[0])
						if err != nil {
							return fmt.Errorf("find %s: %w", req.Python[0], err)
						}
						req.Python[0] = abs
					}
				}
				tools := &standard.Tools{Offline: offline, Look: lookBeside(req.Python)}
				o.Name, o.Tier, o.Owner, o.Alert = req.Name, req.Tier, req.Owner, req.Alert
				o.Fill(cmd.Context(), tools)
				req.Tier, req.Owner, req.Alert = o.Tier, o.Owner, o.Alert
				if plan {
					return showPlan(s, req, format)
				}
				if entries, err := os.ReadDir(req.OutDir); err == nil && len(entries) > 0 {
					return &Hint{fmt.Errorf("%s exists and is not empty", req.OutDir), "give another directory with --out-dir"}
				}
				if !req.NoRun {
					fmt.Fprintf(s.err, "roadworthy: graduation executes %s, in a copy of its folder, %s\n", req.Path, map[bool]string{true: "with network", false: "without network"}[req.Network])
				}
				req.Progress = progressLine(s.err)
				if report.Terminal(s.in) && report.Terminal(s.err) {
					req.Ask = asker(s.in, s.err)
				}
				req.Format = func(dir string) error { return tools.FormatPython(cmd.Context(), dir) }
				req.Types = func(dir string) ([]graduate.Complaint, error) {
					faults, err := tools.TypeFaults(cmd.Context(), dir, "src")
					out := make([]graduate.Complaint, len(faults))
					for i, f := range faults {
						out[i] = graduate.Complaint(f)
					}
					return out, err
				}
				req.Basics = func(p *graduate.Plan, dependencies []string, version string) (map[string]string, error) {
					return basics(o, p, dependencies, version)
				}
				res, err := graduateAsking(cmd, s, req)
				var refusal *graduate.Refusal
				if errors.As(err, &refusal) {
					return refused(s, refusal, req.Path, format)
				}
				if err != nil {
					return err
				}
				var missing *standard.MissingTool
				if !noLock {
					if err := tools.Lock(cmd.Context(), res.Dir); errors.As(err, &missing) {
						res.Hints = append(res.Hints, missing.Error()+"; then, in the project: uv lock")
					} else if err != nil {
						res.Hints = append(res.Hints, fmt.Sprintf("uv.lock could not be made: %v\n  when the cause is gone, in the project: uv lock", err))
					}
				}
				if format == "json" {
					return graduatedJSON(s, res)
				}
				graduatedText(s, res)
				return nil
			},
		}
		f := cmd.Flags()
		f.StringVar(&req.OutDir, "out-dir", "", "the project's directory (default: the name)")
		f.StringVar(&req.Name, "name", "", "the project's name (default: the file's)")
		f.BoolVar(&plan, "plan", false, "show what would be written, and execute nothing")
		f.BoolVar(&req.NoRun, "no-run", false, "write the package without executing anything: nothing is proved")
		f.StringArrayVar(&req.Out, "out", nil, "a variable that is a result, when the notebook writes none (repeatable)")
		f.StringArrayVar(&answers, "answer", nil, "KEY=VALUE, the answer to a refusal's question (repeatable)")
		f.BoolVar(&req.Network, "allow-network", false, "let the notebook use the network")
		f.StringVar(&python, "python", "", "the interpreter that has the notebook's packages (default: python3)")
		f.DurationVar(&req.CellLimit, "cell-timeout", 2*time.Minute, "the time limit of one cell")
		f.StringVar(&req.Owner, "owner", "", "who answers for it: @team, @organisation/team or a mail address (default: git's user.email)")
		f.StringVar(&req.Tier, "tier", "", "how much it matters when it breaks (default internal)")
		f.StringVar(&req.Alert, "alert", "", "where the job's alerts go (default: the owner's address, else env:ALERTS_TO)")
		f.StringVar(&req.Schedule, "schedule", "", "when the job runs: five cron fields")
		f.StringVar(&o.CI, "ci", "", "github, gitlab, both or none (default both)")
		f.IntVar(&req.Level, "level", 0, "the highest level of proof to try, 1 to 7 (default 7)")
		f.BoolVar(&noLock, "no-lock", false, "do not make uv.lock")
		f.BoolVar(&offline, "offline", false, "lock with what uv has cached, without the network")
		f.StringVar(&format, "format", "text", "text or json")
		return cmd
	})
}

// lookBeside finds a tool beside the interpreter that was asked for, where a virtual environment has its tools, and then on PATH.
func lookBeside(python []string) func(string) (string, error) {
	return func(name string) (string, error) {
		if len(python) > 0 && filepath.IsAbs(python[0]) {
			if path, err := exec.LookPath(filepath.Join(filepath.Dir(python[0]), name)); err == nil {
				return path, nil
			}
		}
		return exec.LookPath(name)
	}
}

// graduateAsking graduates, and puts the question of each refusal to a person, if there is one, until it is done or refused.
func graduateAsking(cmd *cobra.Command, s *streams, req graduate.Request) (*graduate.Result, error) {
	for {
		res, err := graduate.Run(cmd.Context(), req)
		var refusal *graduate.Refusal
		if err == nil || req.Ask == nil || !errors.As(err, &refusal) || refusal.Key == "" {
			return res, err
		}
		text := req.Ask(refusal)
		if text == "" {
			return res, err
		}
		key, _, _ := strings.Cut(refusal.Key, "=")
		if req.Answers[key] != "" && key != "input" {
			return res, err // asked before: the answer did not help
		}
		give(req.Answers, key, text)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// give notes an answer; those to questions of the notebook's own are one for each question, in order.
func give(answers map[string]string, key, value string) {
	if have, ok := answers[key]; ok && key == "input" {
		value = have + "\n" + value
	}
	answers[key] = value
}

func asker(in io.Reader, out io.Writer) func(*graduate.Refusal) string {
	lines := bufio.NewScanner(in)
	return func(r *graduate.Refusal) string {
		if r.Key == "" {
			return ""
		}
		fmt.Fprintf(out, "\n%s\n%s [%s, empty to stop] ", r.Error(), r.Question, r.Key)
		if !lines.Scan() {
			return ""
		}
		return strings.TrimSpace(lines.Text())
	}
}

// progressLine rewrites one line on a terminal; elsewhere nothing is shown.
func progressLine(w io.Writer) func(string) {
	if !rewrites(w) {
		return nil
	}
	return func(text string) { fmt.Fprintf(w, "\r\x1b[K%s…", text) }
}

// basics are the files of the project that do not come from the notebook.
func basics(o standard.GraduatedOptions, p *graduate.Plan, dependencies []string, version string) (map[string]string, error) {
	o.Dependencies, o.Modules = dependencies, p.OwnPaths()
	if minor := strings.SplitN(version, ".", 3); len(minor) == 3 && minor[0] == "3" {
		o.Python = minor[0] + "." + minor[1]
	}
	o.Description = strings.NewReplacer(`"`, "'", `\`, "", "«", "", "»", "").Replace(p.Summary())
	o.About = "It was graduated from `" + filepath.Base(p.Path) + "`. `config.toml` has every value that may change; `GRADUATION.md` says what became of the\n" +
		"notebook and how far the package is proved to compute the same; `roadworthy.toml` declares the job. `" + p.ExploreName() + "` looks at the results."
	project, err := standard.RenderGraduated(o)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, f := range project.Files {
		out[f.Path] = string(f.Text)
	}
	return out, nil
}

func refused(s *streams, r *graduate.Refusal, path, format string) error {
	if format == "json" {
		out, err := json.MarshalIndent(map[string]any{"version": 1, "graduated": false, "refusal": r}, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s\n", out)
		return errFindings
	}
	fmt.Fprintf(s.out, "%s is not graduated: %s\n  %s\n", path, r.Reason, r.Error())
	if r.Question != "" {
		fmt.Fprintf(s.out, "  %s\n", r.Question)
	}
	if r.Key != "" {
		fmt.Fprintf(s.out, "  help: roadworthy graduate %s --answer '%s'\n", path, r.Key)
	}
	return errFindings
}

func showPlan(s *streams, req graduate.Request, format string) error {
	prog, err := graduate.Open(req)
	var refusal *graduate.Refusal
	if errors.As(err, &refusal) {
		return refused(s, refusal, req.Path, format)
	} else if err != nil {
		return err
	}
	prog.ChooseOrder()
	p, refusal := req.Plan(prog, nil, graduate.Options{})
	if refusal != nil {
		return refused(s, refusal, req.Path, format)
	}
	if format == "json" {
		fmt.Fprintf(s.out, "%s", p.JSON())
		return nil
	}
	fmt.Fprint(s.out, p.Text())
	return nil
}

func graduatedJSON(s *streams, res *graduate.Result) error {
	out, err := json.MarshalIndent(map[string]any{"version": 1, "graduated": true, "directory": res.Dir, "lock": res.Lock, "proof": res.Report, "undone": res.Undone}, "", "  ")
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s\n", out)
	return nil
}

func graduatedText(s *streams, res *graduate.Result) {
	p := res.Plan
	fmt.Fprintf(s.out, "wrote %s (%d files): %s from %s\n", res.Dir, len(res.Files), report.Plural(len(p.Segments), "function", "functions"), report.Plural(len(p.Cells), "cell", "cells"))
	if res.Report == nil {
		fmt.Fprintln(s.out, "L0 only: nothing was executed, and nothing is proved about what it computes")
	} else {
		for n, l := range res.Report.Levels {
			fmt.Fprintf(s.out, "  L%d %-8s %s\n", n, l.State, l.Detail)
		}
		for _, r := range res.Report.Rows {
			if !r.Verdict.Holds() && r.Verdict != proof.NotStable {
				fmt.Fprintf(s.out, "  %s %s: %s %s\n", r.Kind, r.Output, r.Verdict, r.Difference)
			}
		}
	}
	if n := len(p.Dropped()); n > 0 {
		fmt.Fprintf(s.out, "left out: %s, with reasons in GRADUATION.md\n", report.Plural(n, "statement", "statements"))
	}
	for _, h := range res.Hints {
		fmt.Fprintf(s.err, "roadworthy: %s\n", h)
	}
	fmt.Fprintf(s.out, "next: cd %s && uv sync && uv run pytest\n", res.Dir)
}
