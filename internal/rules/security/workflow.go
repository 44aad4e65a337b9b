package security

import (
	"cmp"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW820", Name: "unpinned-action", Since: "0.1", Family: "security",
	// Whoever publishes the action would have to turn on its users first.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("unpinned_action.md"), Check: unpinnedAction,
})

var _ = rule.Register(rule.Rule{
	Code: "RW821", Name: "broad-workflow-token", Since: "0.1", Family: "security",
	Doc: docs.Read("broad_workflow_token.md"), Check: broadWorkflowToken,
})

var _ = rule.Register(rule.Rule{
	Code: "RW823", Name: "secrets-to-forks", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("secrets_to_forks.md"), Check: secretsToForks,
})

var _ = rule.Register(rule.Rule{
	Code: "RW822", Name: "workflow-template-injection", Since: "0.1", Family: "security", Severity: rule.Always(diag.Error),
	Doc: docs.Read("workflow_template_injection.md"), Check: workflowTemplateInjection,
})

var _ = rule.Register(rule.Rule{
	Code: "RW824", Name: "workflow-value-in-script", Since: "0.1", Family: "security",
	// Only who may start the workflow, or answers one of its steps, can use it.
	Severity: rule.Severities{Experimental: diag.Note, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("workflow_value_in_script.md"), Check: workflowValueInScript,
})

var _ = rule.Register(rule.Rule{
	Code: "RW825", Name: "traced-secret", Since: "0.1", Family: "security",
	Severity: rule.Always(diag.Note), // until findings on more real code have been read
	Doc:      docs.Read("traced_secret.md"), Check: tracedSecret,
})

// unpinnedAction gives one finding for each action and version, at its first use.
func unpinnedAction(p *rule.Pass) {
	var once rule.Once
	own := map[string]bool{} // the repository's owners; who publishes a package under its own name often keeps its actions there
	for _, f := range p.Files {
		own[strings.ToLower(rule.Top(f.Module))] = true
	}
	for _, o := range p.Owners {
		own[o] = true
	}
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Workflow == nil || a.Kind != project.GitHubWorkflow {
			continue
		}
		for _, u := range a.Workflow.Uses {
			owner, _, _ := strings.Cut(u.Action, "/")
			// The platform's own actions have the same owner as the runner itself.
			if u.Pinned() || u.Ref == "" || owner == "actions" || owner == "github" || own[strings.ToLower(owner)] || strings.HasPrefix(u.Action, ".") || strings.HasPrefix(u.Action, "docker:") || strings.Contains(u.Ref, "$") {
				continue
			}
			x := diag.Finding{File: a.Path, Line: u.Line, Certainty: diag.Proved}
			x.Message = fmt.Sprintf("`%s@%s` is whatever its owner last put under `%s`, and runs with this job's token and secrets", u.Action, u.Ref, u.Ref)
			x.Help = fmt.Sprintf("pin the full hash of the commit and keep the version as a comment: `%s@<hash>  # %s`", u.Action, u.Ref)
			x.Group = p.Rule.Code + ":" + u.Action + "@" + u.Ref
			if pin, where := pinOf(p, u); pin != "" {
				x.Fixes = []diag.Fix{{Message: fmt.Sprintf("pin `%s@%s` to the commit that %s has for it", u.Action, u.Ref, where), Changes: pinAll(p, u, pin)}}
			}
			once.Report(p, x)
		}
	}
}

// pinOf is the commit that the repository itself knows for an action's version, from its lock or from another workflow that
// has it pinned. Two that disagree say nothing.
func pinOf(p *rule.Pass, u project.Use) (hash, where string) {
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Workflow == nil {
			continue
		}
		for _, k := range a.Workflow.Uses {
			// Actions in directories of one repository share its commits.
			if k.Pinned() && k.Version == u.Ref && repository(k.Action) == repository(u.Action) {
				if hash != "" && hash != k.Ref {
					return "", ""
				}
				hash, where = k.Ref, fmt.Sprintf("%s:%d", a.Path, k.Line)
			}
		}
	}
	return hash, where
}

func repository(action string) string {
	owner, rest, _ := strings.Cut(action, "/")
	name, _, _ := strings.Cut(rest, "/")
	return strings.ToLower(owner + "/" + name)
}

// pinAll pins every use of the version, so that no later one takes the finding's place.
func pinAll(p *rule.Pass, u project.Use, hash string) []diag.Change {
	var out []diag.Change
	told := map[string]bool{}
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Workflow == nil || a.Kind != project.GitHubWorkflow {
			continue
		}
		for _, k := range a.Workflow.Uses {
			at := fmt.Sprintf("%s:%d", a.Path, k.Line)
			if k.Action != u.Action || k.Ref != u.Ref || told[at] {
				continue
			}
			told[at] = true
			out = append(out, diag.Change{Kind: diag.ReplaceOnLine, File: a.Path, Line: k.Line, Name: u.Action + "@" + u.Ref, Text: u.Action + "@" + hash},
				diag.Change{Kind: diag.AppendToLine, File: a.Path, Line: k.Line, Text: " # " + u.Ref})
		}
	}
	return out
}

// Values of an event that lead to what somebody else wrote.
var theirs = regexp.MustCompile(`github\.event\.pull_request\.head|github\.head_ref|refs/pull/|github\.event\.workflow_run\.head|github\.event\.number`)

// Conditions by which a job is kept to what a person let through, or to branches of the repository itself.
var letThrough = regexp.MustCompile(`(?i)label|author_association|head\.repo\.(full_name|fork)|head_repository|actor|user\.login|collaborator|environment`)

// secretsToForks looks for jobs that start for pull requests of others, with the token and the secrets of the repository, and
// that run what these contain.
func secretsToForks(p *rule.Pass) {
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Workflow == nil || !slices.Contains(a.Workflow.Triggers, "pull_request_target") || a.Workflow.Environment != "" || letThrough.MatchString(a.Workflow.Condition) || a.Workflow.Scripts == 0 {
			continue
		}
		for _, c := range a.Workflow.Checkouts {
			if !theirs.MatchString(c.Text) || letThrough.MatchString(c.Condition) {
				continue
			}
			x := diag.Finding{File: a.Path, Line: c.Line, Certainty: diag.Proved}
			x.Message = fmt.Sprintf("job `%s` fetches the code of a pull request (`%s`) and runs it with the token and the secrets of this repository: whoever opens one can take them", a.Name, c.Text)
			x.Help = "start it with `pull_request`, which has neither for forks; or split it, and let this part read only what the other one stored"
			p.Report(x)
			break
		}
	}
}

// never: the job's condition keeps it from running at all.
func never(a *project.Artifact) bool {
	c := strings.TrimSpace(a.Workflow.Condition)
	if inner, ok := strings.CutPrefix(c, "${{"); ok {
		c = strings.TrimSpace(strings.TrimSuffix(inner, "}}"))
	}
	return c == "false"
}

func broadWorkflowToken(p *rule.Pass) {
	type place struct {
		file string
		line int
	}
	told := map[place]bool{}
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Workflow == nil || never(a) || a.Workflow.Permissions["all"] != "write-all" || told[place{a.Path, a.Workflow.PermissionsLine}] {
			continue
		}
		told[place{a.Path, a.Workflow.PermissionsLine}] = true
		x := diag.Finding{File: a.Path, Line: a.Workflow.PermissionsLine, Certainty: diag.Proved}
		x.Message = fmt.Sprintf("`permissions: write-all` lets every step of job `%s` change code, releases and packages of the repository", a.Name)
		x.Help = "name the scopes that the job needs: `permissions: {contents: read, …}`"
		p.Report(x)
	}
}

// Parts of an event that who opens an issue or a pull request writes freely.
var freeText = regexp.MustCompile(`\bgithub\.head_ref\b|\bgithub\.event\.(issue|pull_request|comment|review|review_comment|discussion|head_commit|commits\[?[^.]*\]?)` +
	`\.(title|body|message|head\.ref|head\.label|head\.repo\.default_branch|author\.(name|email))\b|\bgithub\.event\.pages[^.]*\.page_name\b|\bgithub\.event\.workflow_run\.head_branch\b`)

// Events that someone without write access can cause.
var fromOutside = []string{"issues", "issue_comment", "pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "discussion", "discussion_comment", "workflow_run", "gollum"}

func workflowTemplateInjection(p *rule.Pass) {
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Workflow == nil || !slices.ContainsFunc(a.Workflow.Triggers, func(t string) bool { return slices.Contains(fromOutside, t) }) {
			continue
		}
		for _, e := range a.Workflow.Expressions {
			part := ""
			for _, operand := range outcomes(e.Text) {
				part = cmp.Or(part, carries(a, operand))
			}
			if part == "" {
				continue
			}
			x := diag.Finding{File: a.Path, Line: e.Line, Certainty: diag.Proved}
			x.Message = fmt.Sprintf("`${{ %s }}` is put into the script's text before it runs: who writes it can add commands", e.Text)
			x.Help = fmt.Sprintf("give it to the step as an environment variable (`env: VALUE: ${{ %s }}`) and use `\"$VALUE\"` in the script", part)
			p.Report(x)
		}
	}
}

// outcomes are the operands of an expression whose own value it can have: of `a == 'x' && b || 'c'`, b and 'c'. A comparison and a question
// (contains, startsWith) give a truth value only, and what stands before && only decides.
func outcomes(text string) []string {
	var out []string
	for _, alternative := range apart(text, "||") {
		operands := apart(alternative, "&&")
		last := strings.TrimSpace(operands[len(operands)-1])
		switch {
		case strings.HasPrefix(last, "(") && enclosed(last):
			out = append(out, outcomes(last[1:len(last)-1])...)
		case strings.HasPrefix(last, "!"), slices.ContainsFunc([]string{"==", "!=", "<", ">"}, func(o string) bool { return len(apart(last, o)) > 1 }),
			slices.ContainsFunc([]string{"contains(", "startsWith(", "endsWith(", "hashFiles("}, func(f string) bool { return strings.HasPrefix(last, f) }):
		default:
			out = append(out, last)
		}
	}
	return out
}

// open yields the places of an expression that are in no text and in no brackets, before the character that stands there.
func open(text string) iter.Seq[int] {
	return func(yield func(int) bool) {
		depth, quoted := 0, false
		for i := range len(text) {
			if depth == 0 && !quoted && !yield(i) {
				return
			}
			switch c := text[i]; {
			case c == '\'':
				quoted = !quoted
			case quoted:
			case c == '(' || c == '[':
				depth++
			case c == ')' || c == ']':
				depth--
			}
		}
	}
}

// apart splits an expression at an operator.
func apart(text, operator string) []string {
	var out []string
	from := 0
	for i := range open(text) {
		if i >= from && strings.HasPrefix(text[i:], operator) {
			out, from = append(out, text[from:i]), i+len(operator)
		}
	}
	return append(out, text[from:])
}

// enclosed: the bracket that the expression begins with ends it.
func enclosed(text string) bool {
	for i := range open(text) {
		if i > 0 {
			return false
		}
	}
	return strings.HasSuffix(text, ")")
}

// carries is the free text that an operand holds, itself or as the variable of the workflow's environment that it names.
func carries(a *project.Artifact, operand string) string {
	if part := freeText.FindString(operand); part != "" {
		return part
	}
	if name, ok := strings.CutPrefix(operand, "env."); ok {
		for _, e := range a.Env {
			if e.Name == name && freeText.MatchString(e.Value) {
				return operand
			}
		}
	}
	return ""
}

// inputOf finds the input of a workflow that an expression names; answerOf, a field of the JSON that an earlier step gave, when an action makes it and no script of the workflow itself.
var (
	inputOf  = regexp.MustCompile(`\b(?:github\.event\.)?inputs\.([A-Za-z_][A-Za-z0-9_-]*)`)
	answerOf = regexp.MustCompile(`(?i)\bfromJSON\(\s*steps\.([A-Za-z0-9_-]+)\.outputs\.[A-Za-z0-9_-]+\s*\)\s*[.\[]`)
)

// workflowValueInScript gives one finding for each value and workflow, at its first use in a script.
func workflowValueInScript(p *rule.Pass) {
	type use struct{ file, value string }
	told := map[use]bool{}
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Workflow == nil {
			continue
		}
		for _, e := range a.Workflow.Expressions {
			if strings.Contains(strings.ToLower(e.Text), "tojson(") {
				continue
			}
			value, whose := "", ""
			for _, operand := range outcomes(e.Text) {
				if m := inputOf.FindStringSubmatch(operand); m != nil && slices.Contains(a.Workflow.FreeTexts, strings.ToLower(m[1])) {
					value, whose = m[1], "whoever starts this workflow writes"
				} else if m := answerOf.FindStringSubmatch(operand); m != nil && slices.Contains(a.Workflow.Answered, strings.ToLower(m[1])) {
					value, whose = m[0], "what an earlier step was answered decides"
				}
				if value != "" {
					break
				}
			}
			if value == "" || told[use{a.Path, value}] {
				continue
			}
			told[use{a.Path, value}] = true
			x := diag.Finding{File: a.Path, Line: e.Line, Certainty: diag.Proved}
			x.Message = fmt.Sprintf("`${{ %s }}` is put into the script's text before it runs: %s it, and can add commands", e.Text, whose)
			x.Help = fmt.Sprintf("give it to the step as an environment variable (`env: VALUE: ${{ %s }}`) and use `\"$VALUE\"` in the script", e.Text)
			p.Report(x)
		}
	}
}

func tracedSecret(p *rule.Pass) {
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if a.Workflow == nil {
			continue
		}
		for _, t := range a.Workflow.Traced {
			x := diag.Finding{File: a.Path, Line: t.Line, Certainty: diag.Proved}
			x.Message = fmt.Sprintf("the script fetches `%s` while `set -x` prints every command with its values: the log shows it", t.Name)
			x.Help = fmt.Sprintf("take `set -x` out of this step, or hide the value as soon as it is there: `echo \"::add-mask::$%s\"`, with `set +x` before", t.Name)
			x.Witness = []diag.Frame{{File: a.Path, Line: t.Set, Note: "turns the trace on"}}
			p.Report(x)
		}
	}
}
