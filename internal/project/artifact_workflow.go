package project

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rhysd/actionlint"
)

// workflow reads a GitHub workflow: one artifact a job.
func (p *artifactReader) workflow(text []byte) {
	w, errs := actionlint.Parse(text)
	if w == nil || len(w.Jobs) == 0 {
		for _, e := range errs {
			p.problem(e.Line, "", shorten(e.Message))
			return
		}
		return
	}
	var triggers []string
	var schedules []Trigger
	var free []string
	for _, on := range w.On {
		triggers = append(triggers, on.EventName())
		switch e := on.(type) {
		case *actionlint.WorkflowDispatchEvent:
			for name, in := range e.Inputs {
				if in != nil && (in.Type == actionlint.WorkflowDispatchEventInputTypeNone || in.Type == actionlint.WorkflowDispatchEventInputTypeString) {
					free = append(free, strings.ToLower(name))
				}
			}
		case *actionlint.ScheduledEvent:
			for _, at := range e.Schedules {
				if at.Cron != nil {
					t := Trigger{Text: at.Cron.Value, Timezone: "UTC", Line: line(at.Cron)}
					if at.Timezone != nil && at.Timezone.Value != "" {
						t.Timezone = at.Timezone.Value
					}
					schedules = append(schedules, t)
				}
			}
		}
	}
	slices.Sort(free)
	free = slices.Compact(free)
	jobs := slices.SortedFunc(maps.Values(w.Jobs), func(a, b *actionlint.Job) int {
		if d := jobLine(a) - jobLine(b); d != 0 {
			return d
		}
		return strings.Compare(value(a.ID), value(b.ID))
	})
	for _, j := range jobs {
		if j == nil {
			continue
		}
		a := p.add(value(j.ID), jobLine(j))
		// What a pull request is tested with, and each night again, is no work by the clock, unless the job asks whether it is.
		if !slices.Contains(triggers, "pull_request") || strings.Contains(value(j.If), "schedule") {
			a.Schedules = schedules
		}
		a.Workflow = &Workflow{Triggers: triggers, FreeTexts: free}
		permissions := j.Permissions
		if permissions == nil {
			permissions = w.Permissions
		}
		if permissions != nil {
			a.Workflow.Permissions = map[string]string{}
			if permissions.Pos != nil {
				a.Workflow.PermissionsLine = permissions.Pos.Line
			}
			if permissions.All != nil {
				a.Workflow.Permissions["all"] = permissions.All.Value
			}
			for name, s := range permissions.Scopes {
				if s != nil {
					a.Workflow.Permissions[name] = value(s.Value)
				}
			}
		}
		if j.Environment != nil {
			a.Workflow.Environment = value(j.Environment.Name)
		}
		a.Workflow.Condition = value(j.If)
		for _, n := range j.Needs {
			a.Needs = append(a.Needs, value(n))
		}
		if j.TimeoutMinutes != nil && j.TimeoutMinutes.Pos != nil {
			a.limit("timeout", strconv.FormatFloat(j.TimeoutMinutes.Value, 'g', -1, 64)+"m", j.TimeoutMinutes.Pos.Line)
		}
		if j.Concurrency != nil {
			a.limit("concurrency", value(j.Concurrency.Group), line(j.Concurrency.Group))
		}
		if j.Container != nil && j.Container.Image != nil {
			a.Images = append(a.Images, parseImage(j.Container.Image.Value, line(j.Container.Image)))
		}
		if j.WorkflowCall != nil && j.WorkflowCall.Uses != nil {
			a.Workflow.use(j.WorkflowCall.Uses, text)
			for name, s := range j.WorkflowCall.Secrets {
				if s != nil {
					a.Secrets = append(a.Secrets, EnvVar{Name: name, Line: line(s.Value), From: "secret"})
				}
			}
		}
		a.workflowEnv(w.Env)
		a.workflowEnv(j.Env)
		dir := ""
		for _, d := range []*actionlint.Defaults{w.Defaults, j.Defaults} {
			if d != nil && d.Run != nil && d.Run.WorkingDirectory != nil {
				dir = d.Run.WorkingDirectory.Value
			}
		}
		for _, s := range j.Steps {
			if s != nil {
				a.step(s, dir, text)
			}
		}
		slices.SortStableFunc(a.Env, func(x, y EnvVar) int { return x.Line - y.Line })
		slices.SortStableFunc(a.Secrets, func(x, y EnvVar) int {
			if x.Line != y.Line {
				return x.Line - y.Line
			}
			return strings.Compare(x.Name, y.Name)
		})
	}
}

func (a *Artifact) step(s *actionlint.Step, dir string, text []byte) {
	before := len(a.Env)
	a.workflowEnv(s.Env)
	own := slices.Clone(a.Env[before:])
	slices.SortFunc(own, func(x, y EnvVar) int { return x.Line - y.Line })
	switch e := s.Exec.(type) {
	case *actionlint.ExecRun:
		if e.Run == nil {
			return
		}
		a.Workflow.Scripts++
		if e.WorkingDirectory != nil {
			dir = e.WorkingDirectory.Value
		}
		at := line(e.Run)
		if strings.Contains(e.Run.Value, "\n") {
			at++ // a block's text starts on the line after its mark
		}
		a.Workflow.expressions(e.Run.Value, at)
		shell := value(e.Shell)
		a.Workflow.traced(e.Run.Value, at, strings.Contains(shell, "bash") && strings.Contains(shell, " -x"))
		var runs []Invocation
		if strings.HasPrefix(shell, "python") {
			runs = []Invocation{{Line: at, Program: "python", Runner: "python", Code: e.Run.Value}}
		} else if !strings.HasPrefix(shell, "pwsh") && !strings.HasPrefix(shell, "powershell") && !strings.HasPrefix(shell, "cmd") {
			runs = keep(ParseCommand(plainExpressions(e.Run.Value), at))
		}
		for _, r := range runs {
			if r.Dir = joinDir(dir, r.Dir); r.Dir == "." {
				r.Dir = ""
			}
			r.Env = append(slices.Clone(own), r.Env...)
			a.Runs = append(a.Runs, r)
		}
	case *actionlint.ExecAction:
		if e.Uses != nil {
			a.Workflow.use(e.Uses, text)
			if strings.HasPrefix(e.Uses.Value, "./") {
				a.Workflow.Scripts++
			} else if id := value(s.ID); id != "" {
				a.Workflow.Answered = append(a.Workflow.Answered, strings.ToLower(id))
			}
			if in := e.Inputs["ref"]; in != nil && in.Value != nil && strings.HasPrefix(e.Uses.Value, "actions/checkout@") {
				a.Workflow.Checkouts = append(a.Workflow.Checkouts, Checkout{Text: in.Value.Value, Condition: value(s.If), Line: line(in.Value)})
			}
			// The script that actions/github-script and the like are given is program text as well.
			if in := e.Inputs["script"]; in != nil && in.Value != nil {
				a.Workflow.expressions(in.Value.Value, line(in.Value)+1)
			}
		}
	}
}

func (a *Artifact) workflowEnv(env *actionlint.Env) {
	if env == nil {
		return
	}
	for _, v := range env.Vars {
		if v == nil || v.Name == nil {
			continue
		}
		e := EnvVar{Name: v.Name.Value, Value: value(v.Value), Line: line(v.Name)}
		switch {
		case strings.Contains(e.Value, "secrets."):
			e.From = "secret"
			a.Secrets = append(a.Secrets, EnvVar{Name: e.Name, Line: e.Line, From: "secret"})
		case strings.Contains(e.Value, "vars."):
			e.From = "config"
		}
		a.Env = append(a.Env, e)
	}
}

func (w *Workflow) use(s *actionlint.String, text []byte) {
	action, ref, _ := strings.Cut(s.Value, "@")
	u := Use{Action: action, Ref: ref, Line: line(s)}
	if u.Pinned() {
		u.Version = pinComment(nthLine(text, u.Line))
	}
	w.Uses = append(w.Uses, u)
}

// versionComment is what people and their tools write beside a commit hash: `# v4`, `# tag=v4`, `# pin@v4`,
// `# ratchet:actions/checkout@v4`.
var versionComment = regexp.MustCompile(`#\s*(?:tag\s*=\s*|pin\s*@\s*|ratchet:[\w./-]+@|version\s*[:=]?\s*)?(v?\d[\w.+-]*)\s*$`)

func pinComment(line string) string {
	if m := versionComment.FindStringSubmatch(line); m != nil {
		return m[1]
	}
	return ""
}

// nthLine is a line of a text, counted from 1.
func nthLine(text []byte, n int) string {
	for ; n > 1; n-- {
		i := bytes.IndexByte(text, '\n')
		if i < 0 {
			return ""
		}
		text = text[i+1:]
	}
	text, _, _ = bytes.Cut(text, []byte("\n"))
	return strings.TrimRight(string(text), "\r")
}

func (w *Workflow) expressions(text string, at int) {
	for offset := 0; ; {
		i := strings.Index(text[offset:], "${{")
		if i < 0 {
			return
		}
		start := offset + i
		end := strings.Index(text[start:], "}}")
		if end < 0 {
			return
		}
		w.Expressions = append(w.Expressions, Expression{Text: strings.TrimSpace(text[start+3 : start+end]), Line: at + strings.Count(text[:start], "\n")})
		offset = start + end + 2
	}
}

var (
	traceOn   = regexp.MustCompile(`^\s*set\s+(-[a-wyzA-Z]*x[a-zA-Z]*|-o\s+xtrace)\b`)
	traceOff  = regexp.MustCompile(`(^|[;{(]\s*|\s)set\s+(\+[a-zA-Z]*x|\+o\s+xtrace)`)
	fetches   = regexp.MustCompile(`^\s*(?:export\s+|local\s+|readonly\s+)?([A-Za-z_][A-Za-z0-9_]*)=["']?(\$\(|` + "`" + `)`)
	secretish = regexp.MustCompile(`(?i)(token|secret|passw(or)?d|api_?key|private_?key|credential)s?$`)
)

// traced gathers the variables that a traced script fetches a secret into. A command that is traced is printed with its
// values, and the platform hides only those that it was told of.
func (w *Workflow) traced(script string, at int, on bool) {
	if strings.Contains(script, "::add-mask::") {
		return
	}
	since := 0
	if on {
		since = at
	}
	for i, text := range strings.Split(script, "\n") {
		switch {
		case traceOff.MatchString(text):
			since = 0
		case traceOn.MatchString(text):
			since = at + i
		case since > 0:
			if m := fetches.FindStringSubmatch(text); m != nil && secretish.MatchString(m[1]) {
				w.Traced = append(w.Traced, Traced{Name: m[1], Line: at + i, Set: since})
			}
		}
	}
}

// plainExpressions makes ${{ … }} one word for the shell's parser, which has no such syntax.
func plainExpressions(text string) string {
	var b strings.Builder
	for {
		head, tail, ok := strings.Cut(text, "${{")
		b.WriteString(head)
		if !ok {
			return b.String()
		}
		inner, rest, closed := strings.Cut(tail, "}}")
		if !closed {
			b.WriteString(tail)
			return b.String()
		}
		b.WriteString("$" + strings.Map(func(r rune) rune {
			if r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
				return r
			}
			return '_'
		}, strings.TrimSpace(inner)))
		b.WriteString(strings.Repeat("\n", strings.Count(inner, "\n")))
		text = rest
	}
}

func value(s *actionlint.String) string {
	if s == nil {
		return ""
	}
	return s.Value
}

func line(s *actionlint.String) int {
	if s == nil || s.Pos == nil {
		return 0
	}
	return s.Pos.Line
}

func jobLine(j *actionlint.Job) int {
	if j == nil || j.Pos == nil {
		return 0
	}
	return j.Pos.Line
}
