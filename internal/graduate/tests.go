package graduate

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

// The tests of the package hold what was seen at the boundaries: each step with the values that the notebook had there, each
// table that comes in with its columns and types, and one run from end to end on the notebook's own small inputs.

const maxFixture = 256 << 10

// fixtureInputs is where the inputs of a package's tests stand.
const fixtureInputs = "tests/fixtures/inputs"

// captures are the values that tests hold: arguments and results of every step, by statement and name.
func (p *Plan) captures(l *Lock, g *oracle.Graded) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	add := func(statement, name string) {
		if statement == "" || name == "" {
			return
		}
		if form := g.Fixture(statement, name); form != nil {
			out[statement+" "+name] = form
		}
	}
	for _, f := range l.Functions {
		for _, x := range f.Params {
			add(x.At, x.Source)
		}
		for _, r := range f.Returns {
			add(f.Boundary, r.Source)
		}
	}
	return out
}

// tests writes the tests of the package. fixtures is a run that recorded values; nil without one.
func (req Request) tests(res *Result, fixtures map[string]json.RawMessage, g *oracle.Graded) {
	p := res.Plan
	files := res.Files
	steps, cases := p.stepTests(res.Lock, fixtures, g)
	if steps != "" {
		files["tests/test_steps.py"] = steps
		raw, err := json.MarshalIndent(cases, "", " ")
		if err == nil {
			files["tests/fixtures/steps.json"] = string(raw) + "\n"
		}
	}
	if contracts := p.contractTests(res.Lock, fixtures); contracts != "" {
		files["tests/test_contracts.py"] = contracts
	}
	if steps != "" || files["tests/test_contracts.py"] != "" {
		files["tests/values.py"] = valuesPy
	}
	files["tests/test_config.py"] = p.configTest()
}

type stepCase struct {
	Arguments map[string]json.RawMessage `json:"arguments"`
	Returns   map[string]json.RawMessage `json:"returns"`
}

func (p *Plan) stepTests(l *Lock, fixtures map[string]json.RawMessage, g *oracle.Graded) (string, map[string]stepCase) {
	if fixtures == nil {
		return "", nil
	}
	cases := map[string]stepCase{}
	var tests []string
	for k, f := range l.Functions {
		name, isStep := strings.CutPrefix(f.Name, "steps.")
		s := p.Segments[k]
		if !isStep || s.Async {
			continue
		}
		c := stepCase{map[string]json.RawMessage{}, map[string]json.RawMessage{}}
		whole := true
		var literals []string
		for n, x := range f.Params {
			if x.Source == "" {
				key := p.keyByName(x.Name)
				if key == nil || key.Env != "" || key.Python == "" {
					whole = false
					break
				}
				literals = append(literals, ", "+x.Name+"="+key.Python)
				continue
			}
			v, ok := fixtures[x.At+" "+x.Source]
			if !ok {
				whole = false
				break
			}
			c.Arguments[f.Params[n].Name] = v
		}
		for _, r := range f.Returns {
			switch {
			case r.Kind == "value":
				if v, ok := fixtures[f.Boundary+" "+r.Source]; ok && p.stableValue(g, f, r.Source) {
					c.Returns[r.Part] = v
				}
			case r.Kind == "stdout":
				if text, ok := p.textOf(f.Statements, g); ok {
					raw, err := json.Marshal(map[string]any{"is": "json", "value": text})
					if err == nil {
						c.Returns[r.Part] = raw
					}
				}
			}
		}
		if !whole || len(c.Returns) == 0 {
			continue
		}
		cases[name] = c
		tests = append(tests, fmt.Sprintf("def test_%[1]s() -> None:\n    case = step_case(\"%[1]s\")\n    assert_returns(steps.%[1]s(**case[\"arguments\"]%[2]s), case[\"returns\"])\n", name, strings.Join(literals, "")))
	}
	if len(tests) == 0 {
		return "", nil
	}
	return "\"\"\"Each step, with the values that the notebook had at its boundaries.\"\"\"\n\nfrom " + p.Package + " import steps\n\nfrom .values import assert_returns, step_case\n\n\n" + strings.Join(tests, "\n\n"), cases
}

// stableValue: the value came out the same when the notebook ran again.
func (p *Plan) stableValue(g *oracle.Graded, f LockFunction, name string) bool {
	for k := len(f.Statements) - 1; k >= 0; k-- {
		if s, ok := g.Stability["value:"+f.Statements[k]+":"+name]; ok {
			return s == oracle.Exact
		}
	}
	return false
}

// textOf is what the original printed in these statements.
func (p *Plan) textOf(statements []string, g *oracle.Graded) (string, bool) {
	var b strings.Builder
	stable := true
	for _, o := range g.Observed {
		if o.Kind != oracle.Stdout {
			continue
		}
		for _, part := range o.Parts {
			if slices.Contains(statements, part.Statement) {
				b.WriteString(part.Text)
				stable = stable && g.Stability[o.ID] == oracle.Exact
			}
		}
	}
	return b.String(), stable
}

// contractTests hold the tables that come in to the columns and types that were seen.
func (p *Plan) contractTests(l *Lock, fixtures map[string]json.RawMessage) string {
	var b strings.Builder
	for _, f := range l.Functions {
		name, isEdge := strings.CutPrefix(f.Name, "io.")
		if !isEdge {
			continue
		}
		for _, r := range f.Returns {
			var v struct {
				Is     string            `json:"is"`
				Dtypes map[string]string `json:"dtypes"`
			}
			raw, ok := fixtures[f.Boundary+" "+r.Source]
			if !ok || json.Unmarshal(raw, &v) != nil || v.Is != "frame" || r.Part != "" {
				continue
			}
			var args []string
			whole := true
			for _, x := range f.Params {
				key := p.keyByName(x.Name)
				if x.Source != "" || key == nil || key.Env != "" {
					whole = false
					break
				}
				args = append(args, x.Name+"="+key.Python)
			}
			if !whole {
				continue
			}
			fmt.Fprintf(&b, "\n\ndef test_%s(inputs: Path) -> None:\n    table = io.%s(%s)\n    assert {name: str(kind) for name, kind in table.dtypes.items()} == {\n", name, name, strings.Join(args, ", "))
			for _, c := range sortedKeys(v.Dtypes) {
				fmt.Fprintf(&b, "        %s: %s,\n", quote(c), quote(v.Dtypes[c]))
			}
			b.WriteString("    }\n    assert len(table) > 0\n")
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "\"\"\"What comes in: columns and types as they were when the notebook ran.\"\"\"\n\nfrom pathlib import Path\n\nfrom " + p.Package + " import io\n" + b.String()
}

func (p *Plan) configTest() string {
	return fmt.Sprintf(`"""The configuration: the file of the project is right, and a wrong one is named."""

from pathlib import Path

import pytest

from %[1]s.config import ConfigError, load_config

CONFIG = Path(__file__).parent.parent / "config.toml"


def test_the_projects_own_configuration_is_right(%[2]s) -> None:
%[3]s    assert load_config(CONFIG).directory


def test_an_unknown_key_is_named(tmp_path: Path%[4]s) -> None:
%[3]s    path = tmp_path / "config.toml"
    path.write_text(CONFIG.read_text() + "\nsurprise = 1\n")
    with pytest.raises(ConfigError, match="surprise"):
        load_config(path)


def test_a_missing_key_is_named(tmp_path: Path%[4]s) -> None:
%[3]s    path = tmp_path / "config.toml"
    path.write_text("")
    with pytest.raises(ConfigError, match="directory"):
        load_config(path)
`, p.Package, p.ifSecrets("monkeypatch: pytest.MonkeyPatch"), p.setSecrets(), p.ifSecrets(", monkeypatch: pytest.MonkeyPatch"))
}

func (p *Plan) ifSecrets(text string) string {
	for _, k := range p.Keys {
		if k.Env != "" {
			return text
		}
	}
	return ""
}

func (p *Plan) setSecrets() string {
	var b strings.Builder
	for _, k := range p.Keys {
		if k.Env != "" {
			fmt.Fprintf(&b, "    monkeypatch.setenv(%s, \"for tests\")\n", quote(k.Env))
		}
	}
	return b.String()
}

// endToEnd adds the test of a whole run: on copies of the inputs, when they are small, held to the files that were written.
func (req Request) endToEnd(ctx context.Context, res *Result, subject oracle.Program, pkg oracle.Package, run oracle.Options) error {
	p := res.Plan
	in, out := p.files()
	home := filepath.Join(subject.Root, filepath.FromSlash(subject.Dir))
	total := 0
	inputs := map[string][]byte{}
	for _, name := range in {
		text, err := os.ReadFile(filepath.Join(home, filepath.FromSlash(name)))
		if err != nil {
			continue // made by the program, or not in the folder
		}
		inputs[name] = text
		total += len(text)
	}
	if total > maxFixture || p.ifSecrets("x") != "" {
		return nil
	}
	for name := range inputs {
		if strings.HasPrefix(path.Clean(name), "../..") || strings.HasSuffix(name, ".py") || !textual(inputs[name]) {
			return nil
		}
	}
	expected := map[string][]byte{}
	if len(out) > 0 {
		work, err := os.MkdirTemp("", "graduate-run-*")
		if err != nil {
			return fmt.Errorf("make a directory for the end to end test: %w", err)
		}
		defer os.RemoveAll(work)
		o := run
		o.Work, o.Keep, o.Values = work, true, false
		pkg.Functions = nil
		if _, err := oracle.RunPackage(ctx, pkg, o); err != nil {
			return fmt.Errorf("run the package for its end to end test: %w", err)
		}
		for _, name := range out {
			if text := findUnder(work, path.Join(subject.Dir, name)); text != nil && len(text) < maxFixture && textual(text) && res.held(name) {
				expected[name] = text
			}
		}
	}
	for name, text := range inputs {
		res.Files[path.Join(fixtureInputs, "work", name)] = string(text) // ../name stands beside work
	}
	var names []string
	for name, text := range expected {
		flat := strings.ReplaceAll(strings.TrimPrefix(path.Clean(name), "../"), "/", "__")
		res.Files["tests/fixtures/expected/"+flat] = string(text)
		names = append(names, fmt.Sprintf("    (%s, %s),\n", quote(name), quote(flat)))
	}
	slices.Sort(names)
	res.Files["tests/conftest.py"] = conftestPy
	res.Files["tests/test_end_to_end.py"] = p.endToEndTest(names)
	if len(inputs) == 0 {
		res.Files[path.Join(fixtureInputs, "work", ".gitkeep")] = ""
	}
	return nil
}

func textual(text []byte) bool {
	for _, c := range text {
		if c == 0 {
			return false
		}
	}
	return true
}

// held: the proof found this file the same, and not by chance.
func (res *Result) held(name string) bool {
	if res.Report == nil || res.Graded.Stability["file:"+name] != oracle.Exact {
		return false
	}
	for _, o := range res.Plan.Outputs {
		if o.Path == name {
			for _, r := range res.Report.Rows {
				if r.Output == o.ID {
					return r.Verdict.Holds()
				}
			}
		}
	}
	return false
}

// findUnder finds a file by the end of its path.
func findUnder(root, name string) (text []byte) {
	_ = filepath.WalkDir(root, func(file string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(filepath.ToSlash(file), "/"+path.Clean(name)) {
			if t, err := os.ReadFile(file); err == nil {
				text = t
			}
		}
		return nil
	})
	return text
}

func (p *Plan) endToEndTest(names []string) string {
	expected := "EXPECTED: list[tuple[str, str]] = []\n"
	if len(names) > 0 {
		expected = "EXPECTED = [\n" + strings.Join(names, "") + "]\n"
	}
	return fmt.Sprintf(`"""One whole run on the notebook's own inputs: it writes what the notebook wrote, and a second run changes nothing."""

from pathlib import Path

from %[1]s import __main__

from .values import assert_same_file

FIXTURES = Path(__file__).parent / "fixtures"
CONFIG = Path(__file__).parent.parent / "config.toml"
%[2]s

def test_a_run_writes_what_the_notebook_wrote_and_a_second_one_changes_nothing(
    inputs: Path,
) -> None:
    for _ in range(2):
        assert __main__.main(["--config", str(CONFIG), "--directory", str(inputs)]) == 0
        for name, expected in EXPECTED:
            assert_same_file(inputs / name, FIXTURES / "expected" / expected)
`, p.Package, expected)
}

const conftestPy = `"""Inputs for tests: a copy, so that a run may write beside them."""

import shutil
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that relative paths start from."""
    shutil.copytree(FIXTURES / "inputs", tmp_path, dirs_exist_ok=True)
    folder = tmp_path / "work"
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    return folder
`

const valuesPy = `"""Values in files: what the notebook had at a boundary, and how a value of a test is held against it."""

import csv
import json
import math
from io import StringIO
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent / "fixtures"


def step_case(name: str) -> dict[str, dict[str, Any]]:
    """Arguments and results of one step."""
    case = json.loads((FIXTURES / "steps.json").read_text())[name]
    return {
        side: {part: read(value) for part, value in case[side].items()}
        for side in ("arguments", "returns")
    }


def read(value: dict[str, Any]) -> Any:
    """A value from its form in the file."""
    if value["is"] == "array":
        import numpy as np

        return np.array(value["value"], dtype=value["dtype"])
    if value["is"] in ("frame", "series"):
        import pandas as pd

        table = pd.read_csv(StringIO(value["csv"]), index_col=0)
        for column, kind in value["dtypes"].items():
            if column in table.columns:
                table[column] = table[column].astype(kind)
        if value["is"] == "series":
            series = table.iloc[:, 0]
            series.name = value["name"]
            return series
        return table
    return value["value"]


def assert_returns(result: Any, expected: dict[str, Any]) -> None:
    """Each part that is expected: the whole, an item of a tuple, or a field."""
    for part, value in expected.items():
        if part == "":
            got = result
        elif part.isdigit():
            got = result[int(part)]
        else:
            got = getattr(result, part)
        assert same(got, value), f"part {part or 'whole'}: {got!r} is not {value!r}"


def same(got: Any, expected: Any) -> bool:
    """Equal, floating-point numbers up to nine digits."""
    kind = type(expected).__module__.split(".")[0]
    if kind == "pandas":
        import pandas as pd

        compare = (
            pd.testing.assert_frame_equal
            if isinstance(expected, pd.DataFrame)
            else pd.testing.assert_series_equal
        )
        compare(got, expected, check_index_type=False, check_freq=False, check_names=False, rtol=1e-9)
        return True
    if kind == "numpy":
        import numpy as np

        if expected.dtype.kind in "fc":
            return bool(np.allclose(got, expected, rtol=1e-9, atol=0, equal_nan=True))
        return bool(np.array_equal(got, expected))
    if isinstance(expected, float) and isinstance(got, float):
        return math.isclose(got, expected, rel_tol=1e-9) or math.isnan(got) and math.isnan(expected)
    if isinstance(expected, dict) and isinstance(got, dict):
        return list(got) == list(expected) and all(same(got[k], expected[k]) for k in expected)
    if isinstance(expected, list) and isinstance(got, list | tuple):
        return len(got) == len(expected) and all(map(same, got, expected))
    return bool(got == expected)


def assert_same_file(path: Path, expected: Path) -> None:
    """The same content; in tables and JSON, numbers up to nine digits."""
    if expected.suffix == ".json":
        assert same(json.loads(path.read_text()), json.loads(expected.read_text()))
    elif expected.suffix in (".csv", ".tsv"):
        rows, wanted = (list(csv.reader(StringIO(file.read_text()))) for file in (path, expected))
        assert len(rows) == len(wanted)
        for row, want in zip(rows, wanted, strict=True):
            assert same([number(cell) for cell in row], [number(cell) for cell in want])
    else:
        assert path.read_bytes() == expected.read_bytes()


def number(cell: str) -> Any:
    """A cell of a table as a number, when it is one."""
    try:
        return float(cell)
    except ValueError:
        return cell
`
