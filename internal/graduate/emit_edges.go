package graduate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/standard/tomledit"
)

// emitConfig writes the typed configuration and its loader.
func (p *Plan) emitConfig() string {
	var b strings.Builder
	b.WriteString("\"\"\"The configuration: every value that may change without changing the code, checked when it is loaded.\"\"\"\n\nfrom __future__ import annotations\n\n") // the types of fields are read as text
	secrets := false
	for _, k := range p.Keys {
		secrets = secrets || k.Env != ""
	}
	if secrets {
		b.WriteString("import os\n")
	}
	if p.hasTOML() {
		b.WriteString("import tomllib\n")
	} else {
		b.WriteString("import ast\nimport re\n")
	}
	if secrets {
		b.WriteString("from dataclasses import dataclass, field, fields\n")
	} else {
		b.WriteString("from dataclasses import dataclass, fields\n")
	}
	b.WriteString("from pathlib import Path\nfrom typing import Any\n\n\n")
	b.WriteString("class ConfigError(ValueError):\n    \"\"\"The configuration is not as it must be; the message names the key.\"\"\"\n\n\n")
	b.WriteString("@dataclass(frozen=True)\nclass Config:\n    \"\"\"One attribute for each key of config.toml.\"\"\"\n\n")
	b.WriteString("    directory: str  # where relative paths start from, itself relative to config.toml\n")
	for _, k := range p.Keys {
		if k.Env != "" {
			continue
		}
		line := "    " + k.Name + ": " + k.Type
		if k.Comment != "" && len(line)+len(k.Comment) < 96 {
			line += "  # " + k.Comment
		}
		b.WriteString(line + "\n")
	}
	for _, k := range p.Keys {
		if k.Env != "" {
			fmt.Fprintf(&b, "    %s: %s = field(repr=False)  # from the environment: %s\n", k.Name, k.Type, k.Env)
		}
	}
	b.WriteString(`

def load_config(path: Path) -> Config:
    """Read config.toml; a key that is missing, unknown or of another type is an error."""
`)
	if p.hasTOML() {
		b.WriteString("    with path.open(\"rb\") as file:\n        values = tomllib.load(file)\n")
	} else {
		b.WriteString("    values = read_toml(path)\n")
	}
	for _, k := range p.Keys {
		if k.Env != "" {
			fmt.Fprintf(&b, "    values[%s] = secret(%s)\n", quote(k.Name), quote(k.Env))
		}
	}
	b.WriteString(`    known = {key.name: str(key.type) for key in fields(Config)}
    for name in values:
        if name not in known:
            raise ConfigError(f"{path}: the key {name} is not known")
    for name, kind in known.items():
        if name not in values:
            raise ConfigError(f"{path}: the key {name} is missing")
        if not fits(values[name], kind):
            raise ConfigError(f"{path}: the key {name} must be {kind}, not {values[name]!r}")
    return Config(**values)


def fits(value: Any, kind: str) -> bool:
    """Whether a value from the file has the type that a key is declared with."""
    if kind.startswith("list["):
        return isinstance(value, list) and all(fits(item, kind[5:-1]) for item in value)
    if kind == "float":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value).__name__ == kind
`)
	if secrets {
		b.WriteString(`

def secret(name: str) -> str:
    """A value that is never written to a file."""
    try:
        return os.environ[name]
    except KeyError:
        raise ConfigError(f"the environment variable {name} is not set") from None
`)
	}
	if !p.hasTOML() {
		b.WriteString(readTOML)
	}
	return b.String()
}

// hasTOML: the Python that the notebook ran with is 3.11 or newer.
func (p *Plan) hasTOML() bool {
	if p.Evidence == nil {
		return true
	}
	minor := 0
	if n, err := fmt.Sscanf(p.Evidence.Python, "3.%d", &minor); n != 1 || err != nil {
		return true
	}
	return minor >= 11
}

// readTOML is for Pythons whose standard library has no TOML: every key stands on one line, which is what config.toml is made of.
// Strings in double quotes have the same escapes in both languages.
const readTOML = `

LINE = re.compile(r"""([A-Za-z_]\w*)\s*=\s*((?:"(?:[^"\\]|\\.)*"|[^"#])*?)\s*(?:#.*)?""")


def read_toml(path: Path) -> dict[str, Any]:
    """The keys of config.toml: one on each line, a string, number, true, false or a list of these."""
    values: dict[str, Any] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = LINE.fullmatch(line.strip())
        try:
            text = match[2] if match else ""
            text = re.sub(r"""("(?:[^"\\]|\\.)*")|\btrue\b|\bfalse\b""", lambda m: m[1] or m[0].title(), text)
            value = ast.literal_eval(text)
        except (SyntaxError, ValueError):
            raise ConfigError(f"{path}, line {number}: not NAME = VALUE on one line") from None
        if not match or match[1] in values:
            raise ConfigError(f"{path}, line {number}: not a key of its own")
        values[match[1]] = value
    return values
`

// ConfigTOML is config.toml; directory leads from the project to where the notebook's relative paths start.
func (p *Plan) ConfigTOML(directory string) string {
	var b strings.Builder
	b.WriteString("# Relative paths start from here; this one is relative to this file.\n")
	b.WriteString("directory = " + tomledit.Quote(directory) + "\n")
	for _, k := range p.Keys {
		if k.Env != "" {
			continue
		}
		b.WriteByte('\n')
		if k.Comment != "" {
			b.WriteString("# " + k.Comment + "\n")
		}
		b.WriteString(k.Name + " = " + k.Value + "\n")
	}
	return b.String()
}

func (p *Plan) emitMain(figures bool) string {
	pkg := p.Package
	var b strings.Builder
	fmt.Fprintf(&b, `"""Runs the job once: python -m %s. Exit code 0: done; 1: failed; 2: the configuration is wrong."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

`, pkg)
	if figures {
		b.WriteString("import matplotlib as mpl\n\n")
	}
	fmt.Fprintf(&b, `from %[1]s import pipeline
from %[1]s.config import load_config


def main(arguments: Sequence[str] | None = None) -> int:
    """Load the configuration and run the pipeline in the directory it names."""
    parser = argparse.ArgumentParser(prog="python -m %[1]s")
    parser.add_argument("--config", type=Path, default=Path("config.toml"), help="config.toml")
    parser.add_argument("--directory", type=Path, help="where relative paths start from")
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO, format="%%(asctime)s %%(levelname)s %%(name)s %%(message)s"
    )
    try:
        config = load_config(options.config)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
`, pkg)
	if figures {
		b.WriteString("    mpl.use(\"Agg\")  # figures go to files, not to a screen\n")
	}
	b.WriteString(`    os.chdir(options.directory or options.config.resolve().parent / config.directory)
    pipeline.run(config)
    return 0


if __name__ == "__main__":
    sys.exit(main())
`)
	return b.String()
}

// free is a name that is not taken.
func free(taken set, base string) string {
	for taken[base] {
		base += "_"
	}
	return base
}

// helper is the name of a function that io gets beside the notebook's own.
func (p *Plan) helper(name string) string {
	for p.Functions[name] != nil || p.home[name] != "" || slices.ContainsFunc(p.Segments, func(s *Segment) bool { return s.Name == name && s.Module == "io" }) {
		name += "_result"
	}
	return name
}

// ioHelpers adds what the pipeline calls to put results out.
func (p *Plan) ioHelpers(m *module) {
	var head []string
	if m.needs["show"] {
		m.imports.add("import sys")
		head = append(head, `def `+p.helper("show")+`(name: str, value: object) -> None:
    """Write one result to standard output, under its name."""
    sys.stdout.write(f"{name}:\n{value}\n\n")`)
	}
	if m.needs["write_text"] {
		m.imports.add("import sys")
		head = append(head, `def `+p.helper("write_text")+`(text: str) -> None:
    """Write a part of the report to standard output."""
    sys.stdout.write(text)`)
	}
	if m.needs["save_figure"] {
		m.imports.add("from pathlib import Path", "import matplotlib.pyplot as plt", "from matplotlib.figure import Figure")
		head = append(head, `def `+p.helper("save_figure")+`(figure: Figure, name: str) -> None:
    """Save a figure to out/figures, and close it."""
    path = Path("out/figures") / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, bbox_inches="tight")
    plt.close("all")`)
	}
	for _, g := range sharedGenerators {
		if m.needs[g.helper] {
			m.imports.add(g.imports...)
			head = append(head, "def "+p.helper(g.helper)+"() -> "+g.typ+":\n"+g.text)
		}
	}
	if m.needs["close_figures"] {
		m.imports.add("import matplotlib.pyplot as plt")
		head = append(head, `def `+p.helper("close_figures")+`() -> None:
    """Close every figure, as a notebook does at the end of a cell."""
    plt.close("all")`)
	}
	m.body = append(head, m.body...)
}

// emitPipeline writes the wiring: every function once, in order, and the outputs at the moment they are there.
func (p *Plan) emitPipeline(edges *module) string {
	pkg := p.Package
	modules := set{}
	variables := set{"config": true}
	for _, s := range p.Segments {
		for _, x := range s.Params {
			variables.add(p.param(x))
		}
		for _, r := range s.Returns {
			if r.Kind == "value" {
				variables.add(r.Name)
			}
		}
	}
	alias := map[string]string{}
	for _, m := range []string{"io", "steps", "figures"} {
		alias[m] = m
		if variables[m] {
			alias[m] = "the_" + m
		}
	}
	calls := make([]string, len(p.Segments))
	figureName := ""
	for n, s := range p.Segments {
		calls[n], figureName = p.emitCall(s, n, alias, modules, variables, edges, figureName)
	}
	var b strings.Builder
	b.WriteString("\"\"\"The pipeline: what runs, and in which order.\"\"\"\n\n")
	parts := p.stages(calls)
	async := false
	for _, s := range p.Segments {
		async = async || s.Async
	}
	if async {
		b.WriteString("import asyncio\n")
	}
	b.WriteString("import logging\n")
	if len(parts) > 1 && slices.ContainsFunc(parts, func(x stage) bool { return len(x.in)+len(x.out) > 0 }) {
		b.WriteString("from typing import Any\n")
	}
	b.WriteString("\n")
	var names []string
	for _, m := range modules.sorted() {
		if alias[m] != m {
			names = append(names, m+" as "+alias[m])
		} else {
			names = append(names, m)
		}
	}
	if len(names) > 0 {
		fmt.Fprintf(&b, "from %s import %s\n", pkg, strings.Join(names, ", "))
	}
	fmt.Fprintf(&b, "from %s.config import Config\n\nlogger = logging.getLogger(__name__)\n\n\n", pkg)
	if len(parts) == 1 {
		b.WriteString("def run(config: Config) -> None:\n    \"\"\"Run every step once, in order.\"\"\"\n")
		for _, c := range calls {
			b.WriteString(c)
		}
		b.WriteString("    logger.info(\"done\")\n")
		return b.String()
	}
	b.WriteString("def run(config: Config) -> None:\n    \"\"\"Run every part once, in order.\"\"\"\n")
	for _, part := range parts {
		call := part.name + "(" + strings.Join(append([]string{"config"}, part.in...), ", ") + ")"
		if len(part.out) > 0 {
			call = strings.Join(part.out, ", ") + " = " + call
		}
		b.WriteString("    " + call + "\n")
	}
	b.WriteString("    logger.info(\"done\")\n")
	for _, part := range parts {
		params := []string{"config: Config"}
		for _, x := range part.in {
			params = append(params, x+": Any")
		}
		result := "None"
		if len(part.out) == 1 {
			result = "Any"
		} else if len(part.out) > 1 {
			result = "tuple[" + strings.TrimSuffix(strings.Repeat("Any, ", len(part.out)), ", ") + "]"
		}
		fmt.Fprintf(&b, "\n\ndef %s(%s) -> %s:\n    \"\"\"%s\"\"\"\n", part.name, strings.Join(params, ", "), result, part.doc)
		for n := part.from; n < part.to; n++ {
			b.WriteString(calls[n])
		}
		if len(part.out) > 0 {
			b.WriteString("    return " + strings.Join(part.out, ", ") + "\n")
		}
	}
	return b.String()
}

// A stage is a part of a long pipeline.
type stage struct {
	name, doc string
	from, to  int
	in, out   []string
}

// stages cuts a long pipeline where the fewest values cross.
func (p *Plan) stages(calls []string) []stage {
	lines := 0
	for _, c := range calls {
		lines += strings.Count(c, "\n")
	}
	if lines <= 45 {
		return []stage{{from: 0, to: len(calls)}}
	}
	live := p.liveAfter()
	at := make([]int, len(p.Segments)+1) // position in order where a segment begins
	for n, s := range p.Segments {
		at[n+1] = at[n] + len(s.Statements)
	}
	variables := func(names set) (out []string) {
		for _, x := range names.sorted() {
			if p.keyOf[x] == nil {
				out = append(out, x)
			}
		}
		return out
	}
	var out []stage
	for from := 0; from < len(calls); {
		best, score, size := from+1, 1e9, 0
		for to := from + 1; to <= len(calls); to++ {
			size += strings.Count(calls[to-1], "\n")
			if size > 40 && to > from+1 {
				break
			}
			crossing := 0.0
			if to < len(calls) {
				_, o := p.crossing(p.order[at[from]:at[to]], live[at[to]])
				crossing = float64(len(o)) * 2
			}
			if c := crossing + 0.3*float64(max(30-size, 0)); c <= score {
				best, score = to, c
			}
		}
		in, o := p.crossing(p.order[at[from]:at[best]], live[at[best]])
		st := stage{from: from, to: best, out: o}
		for _, x := range variables(asSet(in)) {
			st.in = append(st.in, x)
		}
		first := p.Statements[p.Segments[from].Statements[0]]
		title := ""
		if h := p.Cells[first.Cell].Heading; len(h) > 0 {
			title = h[len(h)-1]
		}
		st.name = fmt.Sprintf("part_%d", len(out)+1)
		st.doc = fmt.Sprintf("Part %d.", len(out)+1)
		if w := headingWords(title); len(w) > 0 {
			st.name += "_" + strings.Join(w, "_")
			st.doc = fmt.Sprintf("Part %d, from %s.", len(out)+1, strings.ReplaceAll(strings.Join(w, " "), `"`, "'"))
		}
		out = append(out, st)
		from = best
	}
	return out
}

func asSet(names []string) set {
	s := set{}
	s.add(names...)
	return s
}

// emitCall is one function's call in the pipeline and what is done with what it returns.
func (p *Plan) emitCall(s *Segment, n int, alias map[string]string, modules, variables set, edges *module, figureName string) (string, string) {
	modules.add(s.Module)
	var args []string
	if p.needsFigure(s) {
		if figureName == "" {
			figureName = "figure"
		}
		args = append(args, figureName)
	}
	for _, x := range s.Params {
		name := p.param(x)
		if g := handedGenerator(x); g != nil {
			edges.needs.add(g.helper)
			modules.add("io")
			args = append(args, name+"="+alias["io"]+"."+p.helper(g.helper)+"()")
		} else if p.keyOf[x] != nil || x[0] == '.' {
			args = append(args, name+"=config."+name)
		} else {
			args = append(args, name)
		}
	}
	call := alias[s.Module] + "." + s.Name + "(" + strings.Join(args, ", ") + ")"
	if s.Async {
		call = "asyncio.run(" + call + ")"
	}
	local := map[*Return]string{}
	var targets []string
	for _, r := range s.Returns {
		name := r.Name
		if r.Kind != "value" {
			for variables[name] {
				name += "_out"
			}
		}
		local[r] = name
		targets = append(targets, name)
	}
	var b strings.Builder
	line := "    " + call + "\n"
	switch {
	case len(s.Returns) > 3:
		result := "result"
		for variables[result] {
			result += "_"
		}
		line = "    " + result + " = " + call + "\n"
		for k, r := range s.Returns {
			if r.Kind == "value" {
				line += fmt.Sprintf("    %s = %s.%s\n", targets[k], result, field(r.Name))
			} else {
				local[r] = result + "." + field(r.Name)
			}
		}
	case len(targets) > 0:
		line = "    " + strings.Join(targets, ", ") + " = " + call + "\n"
	}
	b.WriteString(line)
	show := func(name, value string) {
		edges.needs.add("show")
		modules.add("io")
		fmt.Fprintf(&b, "    %s.%s(%s, %s)\n", alias["io"], p.helper("show"), quote(strings.ReplaceAll(name, "_", " ")), value)
	}
	for _, r := range s.Returns {
		switch r.Kind {
		case "stdout":
			edges.needs.add("write_text")
			modules.add("io")
			fmt.Fprintf(&b, "    %s.%s(%s)\n", alias["io"], p.helper("write_text"), local[r])
		case "display":
			show(r.Name, local[r])
		case "displays":
			edges.needs.add("show")
			modules.add("io")
			fmt.Fprintf(&b, "    for %[4]s, %[5]s in %[1]s.items():\n        %[2]s.%[3]s(%[4]s, %[5]s)\n", local[r], alias["io"], p.helper("show"), free(variables, "name"), free(variables, "value"))
		case "figures":
			edges.needs.add("save_figure")
			modules.add("io")
			fmt.Fprintf(&b, "    for %[5]s, %[6]s in enumerate(%[1]s, start=1):\n        %[2]s.%[3]s(%[6]s, f\"%[4]s_{%[5]s}\")\n", local[r], alias["io"], p.helper("save_figure"), strings.TrimPrefix(s.Name, "plot_"), free(variables, "number"), free(variables, "figure"))
		case "figure":
			figureName = local[r]
			p.saveFigure(&b, s, n, local[r], alias, modules, edges)
		case "value":
			if r.Type == "matplotlib.figure.Figure" && s.Role == RoleFigure {
				figureName = local[r]
				p.saveFigure(&b, s, n, local[r], alias, modules, edges)
			}
		}
	}
	if (s.Role == RoleStore && p.savesFigureSegment(s) || s.Role == RoleFigure && !s.returnsFigure() && p.canvasIn(s) == nil) && !p.savesNext(n) {
		edges.needs.add("close_figures")
		modules.add("io")
		fmt.Fprintf(&b, "    %s.%s()\n", alias["io"], p.helper("close_figures"))
	}
	return b.String(), figureName
}

func (p *Plan) savesFigureSegment(s *Segment) bool {
	return slices.ContainsFunc(s.Statements, func(i int) bool { return p.savesFigure(i) != nil })
}

// savesNext: the figure is saved by the notebook's own statement, right after this segment.
func (p *Plan) savesNext(n int) bool {
	if n+1 >= len(p.Segments) {
		return false
	}
	next := p.Segments[n+1]
	here := p.Segments[n]
	return next.Role == RoleStore && p.savesFigureSegment(next) &&
		p.Statements[next.Statements[0]].Cell == p.Statements[here.Statements[len(here.Statements)-1]].Cell
}

func (p *Plan) saveFigure(b *strings.Builder, s *Segment, n int, value string, alias map[string]string, modules set, edges *module) {
	if p.savesNext(n) {
		return
	}
	modules.add("io")
	edges.needs.add("save_figure")
	fmt.Fprintf(b, "    %s.%s(%s, %s)\n", alias["io"], p.helper("save_figure"), value, quote(strings.TrimPrefix(s.Name, "plot_")))
}
