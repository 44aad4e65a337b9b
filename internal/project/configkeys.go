package project

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

// schema is the table of every section and key; what is read goes into c.
func schema(c *Config) rootSchema {
	return rootSchema{
		{"check", &section[Check]{key: "check", doc: "What `roadworthy check` looks at.",
			fields: []field[Check]{
				listField("exclude", "Files and directories to leave out, in the syntax of .gitignore, beside those that git ignores.", `["/vendor/", "*_pb2.py"]`,
					func(t *Check) *[]string { return &t.Exclude }),
				listField("src", "Directories that imports start from, when the manifests do not say so.", `["backend/src"]`,
					func(t *Check) *[]string { return &t.Source }),
				textField("python", "The oldest Python the code must run on, when `requires-python` does not say so.", `"3.11"`,
					func(t *Check) *string { return &t.Python }, pythonVersion),
				listField("tests", "Files that are test code, in the syntax of .gitignore, beside those that pytest collects by default.", `["qa/**/*.py"]`,
					func(t *Check) *[]string { return &t.Tests }),
			},
			make: func(string, int) *Check { return &Check{} }, keys: func(t *Check) *Keys { return &t.Keys }, add: func(t *Check) { c.Check = *t },
		}},
		{"work", &section[Work]{key: "work", form: named,
			doc: "One piece of work, when what was inferred is not what you know. Only what you write replaces what was inferred.",
			fields: []field[Work]{
				textField("path", "The file or directory the work is in.", `"services/api"`, func(t *Work) *string { return &t.Path }, relativePath),
				enumField("kind", "What sort of work it is.", Kinds(), func(t *Work) *Kind { return &t.Kind }),
				tierField("How much it matters when it breaks.", func(t *Work) *Tier { return &t.Tier }),
				textField("owner", "Who answers for it: a team, a mail address or a handle.", `"team-billing"`, func(t *Work) *string { return &t.Owner }),
				textField("entry", "Where it starts: a file, or a module and an attribute.", `"acme.api:app"`, func(t *Work) *string { return &t.Entry }),
			},
			make: func(name string, line int) *Work { return &Work{Name: name, Line: line} }, keys: func(t *Work) *Keys { return &t.Keys },
			add: func(t *Work) { c.Work = append(c.Work, *t) },
			after: func(ck *checker, t *Work, where string, line int) {
				if len(t.Keys) == 0 {
					ck.fail(line, "add path, kind, tier, owner or entry", "%s declares nothing", where)
				}
			},
		}},
		{"rules", &section[Rules]{key: "rules",
			doc: "Severities that differ from what the tier gives. A rule is written by its name or code; its value is one severity for every tier, or a table " +
				"with a severity per tier and the rule's own keys.",
			fields: []field[Rules]{
				listField("disable", "Rules that are off everywhere.", `["secret-in-log"]`, func(t *Rules) *[]string { return &t.Disabled }),
			},
			other: ruleOverride,
			otherDoc: []fieldDoc{{key: "RULE", typ: "off, note, warning or error, or a table", doc: "The severity of one rule, for every tier or by tier: " +
				"the keys are tiers, `severity` for the rest, and the rule's own.", example: `{ internal = "note", customer-facing = "error" }`}},
			make: func(string, int) *Rules { return &Rules{} }, keys: func(t *Rules) *Keys { return &t.Keys }, add: func(t *Rules) { c.Rules = *t },
			after: func(ck *checker, t *Rules, where string, _ int) {
				for _, r := range t.Disabled {
					ck.knownRule(r, t.Keys["disable"], where+".disable")
				}
			},
		}},
		{"waiver", &section[Waiver]{key: "waiver", form: repeated,
			doc: "A guardrail set aside for one work or some files, until a date. After it, and when nothing needs it any more, the waiver is itself a finding.",
			fields: []field[Waiver]{
				required(textField("rule", "The rule, by name or code.", `"outbound-call-without-timeout"`, func(t *Waiver) *string { return &t.Rule })),
				textField("work", "The work it is for.", `"nightly-report"`, func(t *Waiver) *string { return &t.Work }),
				textField("path", "The files it is for, in the syntax of .gitignore.", `"services/api/legacy/"`, func(t *Waiver) *string { return &t.Path }),
				required(textField("owner", "Who decided it and will end it.", `"ada@example.com"`, func(t *Waiver) *string { return &t.Owner })),
				required(textField("reason", "Why it is right for now.", `"the vendor closes idle connections itself"`, func(t *Waiver) *string { return &t.Reason })),
				required(dateField("expires", "The last day it holds.", func(t *Waiver) *time.Time { return &t.Expires })),
			},
			make: func(_ string, line int) *Waiver { return &Waiver{Line: line} }, keys: func(t *Waiver) *Keys { return &t.Keys },
			add: func(t *Waiver) { c.Waivers = append(c.Waivers, *t) },
			after: func(ck *checker, t *Waiver, where string, line int) {
				if !t.Keys.Has("work") && !t.Keys.Has("path") {
					ck.fail(line, "say which work or path the waiver is for; to switch a rule off everywhere use rules.disable", "%s has neither work nor path", where)
				}
				if t.Rule != "" {
					ck.knownRule(t.Rule, t.Keys["rule"], where+".rule")
				}
			},
		}},
		{"contracts", &section[Contract]{key: "contracts", form: named, doc: "What a part of the code may do, directly or through anything it calls. The rule effect-contract-broken reports what breaks it, where the effect enters these modules.",
			fields: []field[Contract]{
				required(listField("modules", "The modules it binds: dotted names, each with what is below it; `*` stands for one part and `**` for any number.", `["acme.domain.**"]`,
					func(t *Contract) *[]string { return &t.Modules })),
				listField("may-not", "Effects these modules may not have.", `["net", "db"]`, func(t *Contract) *[]string { return &t.MayNot }, EffectKinds...),
				listField("may", "The only effects these modules may have.", `["log", "clock"]`, func(t *Contract) *[]string { return &t.May }, EffectKinds...),
			},
			make: func(name string, line int) *Contract { return &Contract{Name: name, Line: line} }, keys: func(t *Contract) *Keys { return &t.Keys },
			add: func(t *Contract) { c.Contracts = append(c.Contracts, *t) },
			after: func(ck *checker, t *Contract, where string, line int) {
				if t.Keys.Has("may") == t.Keys.Has("may-not") {
					ck.fail(line, `write one of them: may-not = ["net"] forbids some effects, may = ["log"] allows only some`, "%s must have either may or may-not", where)
				}
			},
		}},
		{"job", &section[Job]{key: "job", form: named, doc: "A job that `roadworthy up` and `roadworthy serve` run. `@roadworthy.job(…)` takes the same settings, " +
			"with `_` for `-`, and `name`; there the function is the entry.",
			fields: jobFields(),
			make:   func(name string, line int) *Job { return &Job{Name: name, Line: line} }, keys: func(t *Job) *Keys { return &t.Keys },
			add: func(t *Job) { c.Jobs = append(c.Jobs, *t) },
			after: func(ck *checker, t *Job, where string, line int) {
				if t.Keys.Has("command") == t.Keys.Has("entry") {
					ck.fail(line, `write command = ["python", "-m", "acme.sync"] or entry = "acme.sync:main"`, "%s must have either command or entry", where)
				}
				if t.Keys.Has("adapter") && !t.Keys.Has("entry") {
					ck.fail(t.Keys["adapter"], `add entry = "shop.tasks:send_receipt"`, "%s.adapter has no meaning without entry", where)
				}
				jobTogether(ck, t, where)
			},
		}},
		{"bench", benchSection(c)},
		{"run", &section[Run]{key: "run", doc: "Settings of `roadworthy up` and `roadworthy serve`; docs/run.md tells more.",
			fields: runFields(),
			make:   func(string, int) *Run { return &Run{} }, keys: func(t *Run) *Keys { return &t.Keys }, add: func(t *Run) { c.Run = *t },
		}},
		{"queue", &section[Queue]{key: "queue", form: named, doc: "A queue of `roadworthy up` and `roadworthy serve`. One needs no section unless it has a limit.",
			fields: []field[Queue]{
				intField("concurrency", "How many of its runs may go on at once, over all machines.", `4`, 1, func(t *Queue) *int { return &t.Concurrency }),
			},
			make: func(name string, line int) *Queue { return &Queue{Name: name, Line: line} }, keys: func(t *Queue) *Keys { return &t.Keys },
			add: func(t *Queue) { c.Queues = append(c.Queues, *t) },
		}},
		{"catalogue", &section[Catalogue]{key: "catalogue", doc: "What in-house libraries do.",
			fields: []field[Catalogue]{
				listField("stubs", "Directories of effect stubs, laid out as the import path.", `["stubs"]`, func(t *Catalogue) *[]string { return &t.Stubs }),
			},
			make: func(string, int) *Catalogue { return &Catalogue{} }, keys: func(t *Catalogue) *Keys { return &t.Keys }, add: func(t *Catalogue) { c.Catalogue = *t },
		}},
		{"settings", &section[Settings]{key: "settings", doc: "Where configuration enters the program.",
			fields: []field[Settings]{
				listField("modules", "Modules that may read the environment: dotted names, `*` for one part and `**` for any number.", `["acme.settings"]`,
					func(t *Settings) *[]string { return &t.Modules }),
			},
			make: func(string, int) *Settings { return &Settings{} }, keys: func(t *Settings) *Keys { return &t.Keys }, add: func(t *Settings) { c.Settings = *t },
		}},
	}
}

func parsedField[T, V any](key, typ, doc, example string, parse func(string) (V, bool), p func(*T) *V) field[T] {
	return field[T]{key: key, typ: typ, doc: doc, example: example, set: func(ck *checker, t *T, v tomlValue, where string) {
		s, _ := v.any.(string)
		parsed, ok := parse(s)
		if !ok {
			ck.wrong(v, where, "a "+typ, key+" = "+example)
			return
		}
		*p(t) = parsed
	}}
}

// ruleOverride reads rules.NAME: one severity, or a table.
func ruleOverride(ck *checker, r *Rules, key string, v tomlValue, line int, where string) {
	o := RuleOverride{Rule: key, Line: line, Tiers: map[Tier]diag.Severity{}, Options: map[string]any{}, Keys: Keys{}}
	options, known := ck.knownRule(key, line, where)
	if !known {
		return
	}
	severities := []string{"off", "note", "warning", "error"}
	table, isTable := v.any.(*tomlTable)
	if !isTable {
		s, ok := severityWord(v)
		if !ok {
			ck.notOneOf(v, where, severities)
			return
		}
		o.Severity, o.All = s, true
		r.Overrides = append(r.Overrides, o)
		return
	}
	for _, k := range table.keys {
		e := table.entries[k]
		o.Keys[k] = e.line
		tier, isTier := ParseTier(k)
		switch {
		case isTier || k == "severity":
			s, ok := severityWord(e.value)
			if !ok {
				ck.notOneOf(e.value, where+"."+k, severities)
				continue
			}
			if isTier {
				o.Tiers[tier] = s
			} else {
				o.Severity, o.All = s, true
			}
		case ck.rules != nil && !slices.Contains(options, k):
			ck.unknown(e.line, where, k, slices.Concat([]string{"severity"}, tierNames[1:], options))
		default:
			if value, ok := plain(e.value); ok {
				o.Options[k] = value
			} else {
				ck.wrong(e.value, where+"."+k, "text, a number, true or false, or a list of text", "")
			}
		}
	}
	r.Overrides = append(r.Overrides, o)
}

func plain(v tomlValue) (any, bool) {
	switch x := v.any.(type) {
	case string, int64, float64, bool:
		return x, true
	case []tomlValue:
		out := []string{}
		for _, item := range x {
			s, ok := item.any.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
		return out, true
	}
	return nil, false
}

func (ck *checker) knownRule(name string, line int, where string) (options []string, ok bool) {
	if ck.rules == nil {
		return nil, true
	}
	options, ok = ck.rules[name]
	if !ok {
		all := make([]string, 0, len(ck.rules))
		for r := range ck.rules {
			all = append(all, r)
		}
		slices.Sort(all)
		help := "`roadworthy explain` lists the rules"
		if near := nearest(name, all); near != "" {
			help = "did you mean " + near + "?"
		}
		ck.fail(line, help, "%s: no rule is named %s", where, name)
	}
	return options, ok
}

// cross checks what one section says of another. A name in depends-on that is no section may be a decorated function's:
// that is checked where both are known.
func (ck *checker) cross(c *Config) {
	var jobs []string
	for _, j := range c.Jobs {
		jobs = append(jobs, j.Name)
	}
	needs := map[string][]string{}
	for _, j := range c.Jobs {
		needs[j.Name] = j.DependsOn
	}
	// A job in a circle of depends-on would never start: follow the names depth first, each job once.
	state := map[string]int{}
	var visit func(name string, trail []string)
	visit = func(name string, trail []string) {
		switch state[name] {
		case 1:
			i := slices.Index(trail, name)
			for _, j := range c.Jobs {
				if j.Name == name {
					ck.fail(j.Keys["depends-on"], "remove one of these depends-on", "%sjob.%s depends on itself: %s", ck.prefix, name,
						strings.Join(append(trail[i:], name), " -> "))
				}
			}
			return
		case 2:
			return
		}
		state[name] = 1
		for _, d := range needs[name] {
			visit(d, append(trail, name))
		}
		state[name] = 2
	}
	for _, j := range jobs {
		visit(j, nil)
	}
}

func pythonVersion(s string) string {
	major, minor, ok := strings.Cut(s, ".")
	if !ok || major != "3" || len(minor) == 0 || len(minor) > 2 || strings.Trim(minor, "0123456789") != "" {
		return fmt.Sprintf("%q is not a version such as 3.12", s)
	}
	return ""
}

func entryPoint(s string) string {
	module, attr, ok := strings.Cut(s, ":")
	good := ok && attr != ""
	for _, part := range append(strings.Split(module, "."), strings.Split(attr, ".")...) {
		good = good && isIdentifier(part)
	}
	if !good {
		return fmt.Sprintf("%q is not module:function", s)
	}
	return ""
}

// timezone accepts what the system's zone data knows; where there is none, any name that looks like a zone.
func timezone(s string) string {
	if _, err := time.LoadLocation(s); err == nil && s != "Local" {
		return ""
	}
	if _, err := time.LoadLocation("Europe/Paris"); err != nil && strings.Contains(s, "/") {
		return ""
	}
	return fmt.Sprintf("%q is not a time zone", s)
}

// ConfigurationMarkdown is docs/configuration.md.
func ConfigurationMarkdown() string {
	var b strings.Builder
	b.WriteString(`# Configuration

One file configures everything: ` + "`roadworthy.toml`" + ` at the root of the repository, or the same sections below ` + "`[tool.roadworthy]`" + ` in
` + "`pyproject.toml`" + `. None is needed to begin with. A command that runs in a part of the repository finds the file in a directory above, up to the
one that holds ` + "`.git`" + `. The file is read and checked once, at the start; an unknown key or a wrong value ends the command with exit code 2,
naming file, line and the nearest known key.

Paths are relative to the file, with forward slashes. A duration is a text such as ` + "`\"30s\"`, `\"5m\"`, `\"1h30m\"` or `\"2d\"`" + `; a size is
` + "`\"512MB\"` or `\"2GB\"`" + `, in powers of 1024; a rate is ` + "`\"100/1m\"`" + `: that many in each time.
`)
	for _, s := range schema(&Config{}) {
		d := s.form.describe()
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| key | value | meaning | example |\n|---|---|---|---|\n", d.header, d.doc)
		for _, f := range d.fields {
			doc := f.doc
			if f.required {
				doc += " Required."
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` |\n", f.key, f.typ, doc, f.example)
		}
	}
	return b.String()
}
