package graduate

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/standard/tomledit"
)

// Dependencies are the requirements of the package's own imports, with the versions that the notebook ran with.
func (p *Plan) Dependencies(files map[string]string, versions map[string]string) []string {
	found := set{}
	importLine := regexp.MustCompile(`(?m)^\s*(?:import|from)\s+([A-Za-z_][\w.]*)`)
	for name, text := range files {
		if !strings.HasSuffix(name, ".py") {
			continue
		}
		for _, m := range importLine.FindAllStringSubmatch(text, -1) {
			top, _, _ := strings.Cut(m[1], ".")
			if project.IsStandardLibrary(top) || top == p.Package || top == "__future__" || p.owns(top) {
				continue
			}
			if dists := project.Distributions(m[1]); len(dists) > 0 {
				found.add(dists[0])
			}
		}
	}
	out := []string{}
	for _, d := range found.sorted() {
		spec := d
		for have, v := range versions {
			if project.NormalizeName(have) == project.NormalizeName(d) {
				if parts := strings.SplitN(v, ".", 3); len(parts) >= 2 && strings.Trim(parts[0]+parts[1], "0123456789") == "" {
					spec = d + ">=" + parts[0] + "." + parts[1]
				}
			}
		}
		out = append(out, spec)
	}
	return out
}

// Job is the declaration of the job and the work.
type Job struct {
	Name, Owner, Tier, Alert, Schedule string
}

// idempotent says whether a run may be repeated, and why.
func (p *Plan) idempotent() (bool, string) {
	for _, i := range p.Order {
		if p.Roles[i] == RoleDropped {
			continue
		}
		u := p.Uses[i]
		for _, c := range u.Calls {
			for _, k := range c.node.Keywords {
				s, ok := p.File.ConstString(k.Value)
				switch name := p.name(k.Arg); {
				case ok && name == "if_exists" && s == "append":
					return false, p.Where(p.Statements[i]) + " appends to a table: a second attempt would add the rows again"
				case ok && name == "mode" && strings.HasPrefix(s, "a"):
					return false, p.Where(p.Statements[i]) + " appends to a file: a second attempt would add the lines again"
				}
			}
			if c.path == "builtins.open" && len(c.node.Args) > 1 {
				if s, ok := p.File.ConstString(c.node.Args[1]); ok && strings.HasPrefix(s, "a") {
					return false, p.Where(p.Statements[i]) + " appends to a file: a second attempt would add the lines again"
				}
			}
		}
		if u.Effects&Notify != 0 {
			return false, p.Where(p.Statements[i]) + " sends something: a second attempt would send it again"
		}
	}
	return true, "safe to repeat: a run replaces what it writes"
}

// RoadworthyTOML declares the work and its job.
func (p *Plan) RoadworthyTOML(j Job) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[work.%s]\npath = \".\"\nkind = \"job\"\ntier = %s\nowner = %s\nentry = \"%s.__main__:main\"\n\n", tomledit.Quote(j.Name), tomledit.Quote(j.Tier), tomledit.Quote(j.Owner), p.Package)
	fmt.Fprintf(&b, "[job.%s]\ncommand = [\"python\", \"-m\", \"%s\", \"--config\", \"config.toml\"]\n", tomledit.Quote(j.Name), p.Package)
	if j.Schedule != "" {
		fmt.Fprintf(&b, "schedule = %s\ntimezone = \"UTC\"\nmissed = \"once\"\n", tomledit.Quote(j.Schedule))
	}
	timeout := "10m"
	if p.Seconds > 60 {
		timeout = fmt.Sprintf("%dm", int(p.Seconds/60*10)+1)
	}
	fmt.Fprintf(&b, "timeout = %q\n", timeout)
	ok, why := p.idempotent()
	if ok {
		fmt.Fprintf(&b, "retries = 3 # %s\nbackoff = \"exponential 30s max 10m\"\n", why)
	} else {
		fmt.Fprintf(&b, "retries = 0 # %s\n", why)
	}
	fmt.Fprintf(&b, "concurrency = 1\nowner = %s\nalerts = [%s]\ntier = %s\n", tomledit.Quote(j.Owner), tomledit.Quote(j.Alert), tomledit.Quote(j.Tier))
	var env []string
	for _, k := range p.Keys {
		if k.Env != "" {
			env = append(env, k.Env)
		}
	}
	for _, key := range sortedKeys(p.Options.Answers) {
		if name, ok := strings.CutPrefix(key, "env:"); ok && !slices.Contains(env, name) {
			env = append(env, name)
		}
	}
	if len(env) > 0 {
		fmt.Fprintf(&b, "# needs in its environment: %s\n", strings.Join(env, ", "))
	}
	return b.String()
}

// Explore is a notebook that runs the package and looks at what the original looked at.
func (p *Plan) Explore() []byte {
	var cells []json.RawMessage
	add := func(kind, text string) {
		text = strings.TrimRight(text, "\n")
		if text == "" {
			return
		}
		lines := strings.SplitAfter(text, "\n")
		c := map[string]any{"cell_type": kind, "id": fmt.Sprintf("c%d", len(cells)+1), "metadata": map[string]any{}, "source": lines}
		if kind == "code" {
			c["execution_count"] = nil
			c["outputs"] = []any{}
		}
		raw, _ := json.Marshal(c)
		cells = append(cells, raw)
	}
	alias := map[string]string{"io": "io", "steps": "steps", "figures": "figures"}
	modules := set{}
	variables := set{}
	for _, s := range p.Segments {
		modules.add(s.Module)
		for _, x := range s.Params {
			variables.add(p.param(x))
		}
	}
	for m := range alias {
		if variables[m] {
			alias[m] = "the_" + m
		}
	}
	var names []string
	for _, m := range modules.sorted() {
		if alias[m] != m {
			m += " as " + alias[m]
		}
		names = append(names, m)
	}
	var imports []string
	for _, i := range p.Order {
		if p.isImport(i) && p.Statements[i].Drop == "" {
			imports = append(imports, p.withComments(i))
		}
	}
	head := "import os\nfrom pathlib import Path\n\n"
	if len(imports) > 0 {
		head += strings.Join(imports, "\n") + "\n\n"
	}
	head += fmt.Sprintf("from %[1]s import %[2]s\nfrom %[1]s.config import load_config\n\nproject = Path.cwd().parent\nconfig = load_config(project / \"config.toml\")\nos.chdir(project / config.directory)",
		p.Package, strings.Join(names, ", "))
	add("markdown", "The steps are in the package; this notebook runs them and looks at the results.")
	add("code", head)
	done := map[*Segment]bool{}
	at := map[int]*Segment{}
	for _, s := range p.Segments {
		for _, i := range s.Statements {
			at[i] = s
		}
	}
	last := -1
	var text strings.Builder
	flush := func() { add("code", text.String()); text.Reset() }
	scratch := newModule("io", "")
	for _, i := range p.Order {
		st := p.Statements[i]
		if st.Cell != last {
			flush()
			if m := p.Cells[st.Cell].Markdown; m != "" {
				add("markdown", m)
			}
			last = st.Cell
		}
		switch s := at[i]; {
		case s != nil && !done[s]:
			done[s] = true
			n := slices.Index(p.Segments, s)
			call, _ := p.emitCall(s, n, alias, set{}, variables, scratch, "")
			for l := range strings.Lines(call) {
				text.WriteString(strings.TrimPrefix(l, "    "))
			}
		case p.Roles[i] == RoleDropped && st.Drop == "" && !p.isImport(i) && p.Reasons[i] != shownByEdge:
			text.WriteString(p.withComments(i) + "\n") // definitions too: what looks may call them
		case p.Roles[i] == RoleConfig:
			if k := p.keyOf[firstOf(p.Uses[i].Binds)]; k != nil {
				fmt.Fprintf(&text, "%s = config.%s\n", k.Source, k.Name)
			}
		}
	}
	flush()
	nb := map[string]any{"cells": cells, "metadata": map[string]any{"kernelspec": map[string]string{"display_name": "Python 3", "language": "python", "name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}
	raw, _ := json.MarshalIndent(nb, "", " ")
	return append(raw, '\n')
}

// withComments is a statement's text with the comments around it.
func (p *Plan) withComments(i int) string {
	st := p.Statements[i]
	text := lead(st.Lead, "") + p.dedented(st)
	if st.Trail != "" {
		text += "  " + st.Trail
	}
	return text + tail(st.Tail, "")
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// ExploreName is the name of the notebook beside the package.
func (p *Plan) ExploreName() string {
	base := filepath.Base(p.Path)
	return "explore/" + strings.TrimSuffix(base, path.Ext(base)) + ".ipynb"
}

// inputs and outputs of the program as files, relative to the notebook's directory.
func (p *Plan) files() (in, out []string) {
	reads, writes := set{}, set{}
	for _, i := range p.Order {
		if p.Roles[i] == RoleDropped {
			continue
		}
		if ob := p.observed(i); ob != nil {
			reads.add(ob.Reads...)
			writes.add(ob.Writes...)
		}
	}
	for r := range maps.Clone(reads) {
		if writes[r] {
			delete(reads, r)
		}
	}
	return reads.sorted(), writes.sorted()
}

// statementsOfFunction are for reports: the cells that a function comes from.
func (p *Plan) cellsOf(s *Segment) []int {
	var out []int
	for _, i := range s.Statements {
		if n := p.Cells[p.Statements[i].Cell].Number; !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}
