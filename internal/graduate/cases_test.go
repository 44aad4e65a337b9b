package graduate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/roadworthy-dev/roadworthy/internal/cli"
	"github.com/roadworthy-dev/roadworthy/internal/graduate"
	"github.com/roadworthy-dev/roadworthy/internal/graduate/proof"
	"github.com/roadworthy-dev/roadworthy/internal/testkit/pythontest"
)

// quick are the cases of a plain test run: one for each part of graduation. ROADWORTHY_GRADUATE_CASES=all runs every one.
var quick = []string{"prints-in-helpers", "order-by-counts", "order-of-what-bodies-read", "own-helper-beside", "ghost-name", "input-unanswered", "run-script", "sqlite-input", "random-seeded"}

// TestCases graduates the notebooks and scripts of testdata/cases, and holds what comes of each against what its file says.
//
// A case is a txtar archive. Its comment is lines of
//
//	# what the case is about
//	needs MODULE…              what the interpreter must have, beyond the standard library
//	python VERSION             the interpreter it is for, found among ROADWORTHY_PYTHONS (separated by colons) or on PATH
//	graduate FILE [FLAG…]      runs the command on a file of the archive
//
// and behind each graduate, indented, the whole outcome, in the words of [outcome]; lines that begin with a file's name say what
// stands in that file of the package, or does not (FILE has TEXT, FILE lacks TEXT). Notebooks are written as cells (see cells).
func TestCases(t *testing.T) {
	names, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	python := executable(t, pythontest.Find(t))
	pythontest.Needs(t, python, "sqlite3")
	all := os.Getenv("ROADWORTHY_GRADUATE_CASES") == "all"
	var table struct {
		sync.Mutex
		rows []string
	}
	t.Cleanup(func() {
		if path := os.Getenv("ROADWORTHY_GRADUATE_TABLE"); path != "" && len(table.rows) > 0 {
			slices.Sort(table.rows)
			head := "| case | expected | got |\n|---|---|---|\n"
			if err := os.WriteFile(path, []byte(head+strings.Join(table.rows, "")), 0o644); err != nil {
				t.Error(err)
			}
		}
	})
	two := make(chan bool, 2)
	for _, path := range names {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		if !all && !slices.Contains(quick, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := readCase(t, path)
			two <- true
			defer func() { <-two }()
			python := python
			if c.python != "" {
				python = version(t, c.python)
			}
			pythontest.Needs(t, python, c.needs...)
			dir := t.TempDir()
			for _, f := range c.files {
				to := filepath.Join(dir, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
					t.Fatal(err)
				}
				data := f.Data
				if strings.HasSuffix(f.Name, ".ipynb") && !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
					data = cells(t, string(data))
				}
				if err := os.WriteFile(to, data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if c.setup != "" {
				cmd := exec.Command(python, "-c", c.setup)
				cmd.Dir = dir
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("setup: %v\n%s", err, out)
				}
			}
			for n, s := range c.steps {
				if fixed := 1; len(s.want) > 1 && !strings.HasPrefix(s.want[0], "refused ") {
					if strings.HasPrefix(s.want[1], "L0 ") {
						fixed++
					}
					slices.Sort(s.want[fixed:])
				}
				out := filepath.Join(t.TempDir(), "project")
				got, err := graduated(t, dir, out, python, s.args)
				if err != nil {
					t.Fatalf("graduate %s: %v", strings.Join(s.args, " "), err)
				}
				if len(got) > 1 && got[1] == linted { // L0 as far as there are linters; the rest of it is in the case
					got = slices.Delete(got, 1, 2)
					if len(s.want) > 1 && strings.HasPrefix(s.want[1], "L0 ") {
						got = slices.Insert(got, 1, s.want[1])
					}
				}
				if diff := cmp.Diff(s.want, got); diff != "" {
					t.Errorf("graduate %s: (- want + got)\n%s", strings.Join(s.args, " "), diff)
				}
				for _, f := range s.files {
					f.check(t, out)
				}
				label := name
				if n > 0 {
					label += fmt.Sprintf(" (answered %d)", n)
				}
				table.Lock()
				table.rows = append(table.rows, fmt.Sprintf("| %s | %s | %s |\n", label, short(s.want), short(got)))
				table.Unlock()
			}
		})
	}
}

func short(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	first := strings.ReplaceAll(lines[0], "|", "\\|")
	if strings.HasPrefix(first, "refused ") {
		first, _, _ = strings.Cut(first, ":")
	}
	counts := map[string]int{}
	for _, l := range lines[1:] {
		if _, verdict, ok := strings.Cut(l, ": "); ok && !strings.HasPrefix(l, "question") && !strings.HasPrefix(l, "answer") {
			verdict, _, _ = strings.Cut(verdict, " (")
			counts[verdict]++
		}
	}
	var out []string
	for v, n := range counts {
		out = append(out, fmt.Sprintf("%d %s", n, v))
	}
	slices.Sort(out)
	if len(out) > 0 {
		first += "; outputs: " + strings.Join(out, ", ")
	}
	return first
}

// executable is the interpreter itself, where its command is a shim.
func executable(t *testing.T, command string) string {
	t.Helper()
	out, err := exec.Command(command, "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		t.Skipf("%s does not run: %v", command, err)
	}
	return strings.TrimSpace(string(out))
}

// version is an interpreter of that version.
func version(t *testing.T, want string) string {
	t.Helper()
	for _, name := range append(filepath.SplitList(os.Getenv("ROADWORTHY_PYTHONS")), "python"+want) {
		out, err := exec.Command(name, "-c", "import sys; print(sys.executable); print('%d.%d' % sys.version_info[:2])").Output()
		if lines := strings.Fields(string(out)); err == nil && len(lines) == 2 && lines[1] == want {
			return lines[0]
		}
	}
	t.Skipf("no Python %s among ROADWORTHY_PYTHONS or on PATH", want)
	return ""
}

// graduated runs the command and gives its outcome.
func graduated(t *testing.T, dir, out, python string, args []string) ([]string, error) {
	t.Helper()
	command := []string{"graduate", filepath.Join(dir, filepath.FromSlash(args[0])), "--out-dir", out, "--owner", "@harbor/data", "--python", python, "--level", "6", "--no-lock", "--format", "json"}
	for _, a := range args[1:] {
		command = append(command, strings.ReplaceAll(a, "{dir}", dir))
	}
	var stdout, stderr bytes.Buffer
	code := cli.Main(command, strings.NewReader(""), &stdout, &stderr)
	if code == 2 {
		return nil, fmt.Errorf("exit 2: %s", stderr.String())
	}
	var result struct {
		Graduated bool
		Refusal   *graduate.Refusal
		Lock      *graduate.Lock
		Proof     *proof.Report
	}
	if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
		return nil, fmt.Errorf("%w: %s %s", err, stdout.String(), stderr.String())
	}
	if r := result.Refusal; r != nil {
		if _, err := os.Stat(out); err == nil {
			return nil, fmt.Errorf("refused, and %s was written", out)
		}
		return refusal(dir, r), nil
	}
	return outcome(result.Lock, result.Proof), nil
}

func refusal(dir string, r *graduate.Refusal) []string {
	lines := []string{"refused " + string(r.Reason) + ": " + r.Error()}
	if r.Question != "" {
		lines = append(lines, "question: "+r.Question)
	}
	if r.Key != "" {
		lines = append(lines, "answer: "+r.Key)
	}
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], dir+"/", "")
	}
	return lines
}

// outcome is what a graduation came to, in lines: the levels that held, then every output with its verdict.
//
//	graduated: L1 L4 L5 L6 held
//	stdout of c3.s1: identical
//
// A second line says why L0 failed, when a linter that is installed finds fault with the notebook's own code; L0 is not looked at where linters
// are missing. Text is told by statement, as which of them share a function is not what a case is about. Levels without anything to compare are left out.
func outcome(l *graduate.Lock, r *proof.Report) []string {
	if r == nil {
		return []string{"graduated: L0 only"}
	}
	var order []string
	by := map[string][]string{}
	for n, level := range r.Levels {
		state := string(level.State)
		switch level.State {
		case proof.Nothing, proof.NotTried:
			continue
		case proof.Failed:
			if n == 0 {
				break
			}
			if level.Detail != "" {
				state += " (" + level.Detail + ")"
			}
		}
		if n == 0 {
			continue
		}
		if by[state] == nil {
			order = append(order, state)
		}
		by[state] = append(by[state], "L"+strconv.Itoa(n))
	}
	var parts []string
	for _, s := range order {
		parts = append(parts, strings.Join(by[s], " ")+" "+s)
	}
	lines := []string{"graduated: " + strings.Join(parts, ", ")}
	fixed := 1
	switch l0 := r.Levels[0]; {
	case l0.State == proof.Failed:
		lines = append(lines, "L0 failed: "+lintCode.ReplaceAllString(l0.Detail, "$1 [$2]"))
		fixed++
	case strings.Contains(l0.Detail, "not installed"):
		lines = append(lines, linted)
		fixed++
	}
	rows := map[string]proof.Row{}
	for _, row := range r.Rows {
		rows[row.Output] = row
	}
	for _, o := range l.Outputs {
		place := o.Statements[len(o.Statements)-1]
		what := []string{o.Kind + " of " + place}
		switch o.Kind {
		case "stdout":
			what = nil
			for _, st := range o.Statements {
				what = append(what, "stdout of "+st)
			}
		case "file":
			what = []string{"file " + o.File}
		case "value":
			what = []string{"value " + o.Name}
		case "effect":
			lines = append(lines, "effect of "+place+": not compared")
			continue
		}
		row, ok := rows[o.ID]
		verdict := string(row.Verdict)
		if !ok {
			verdict = "no verdict"
		}
		if row.How != "" && row.Verdict != proof.NotStable {
			verdict += " (" + row.How + ")"
		}
		for _, w := range what {
			lines = append(lines, w+": "+verdict)
		}
	}
	slices.Sort(lines[fixed:])
	return lines
}

// linted stands for L0 where not all linters are installed, which is not the notebook's affair.
const linted = "L0 without all linters"

var lintCode = regexp.MustCompile(`(?s)^(type check): .*\[([\w-]+)\]$`)

// A testCase is a case as it is read.
type testCase struct {
	needs  []string
	python string // the version that it is for
	setup  string
	steps  []*step
	files  []txtar.File
}

type step struct {
	args  []string
	want  []string
	files []fileWant
}

// A fileWant says what stands in a file of the package, or does not.
type fileWant struct {
	name, text string
	lacks      bool
}

var fileLine = regexp.MustCompile(`^(\S+\.(?:py|toml|md|ipynb|lock)) (has|lacks) (.+)$`)

func readCase(t *testing.T, path string) *testCase {
	t.Helper()
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := &testCase{}
	for _, f := range a.Files {
		if f.Name == "setup.py" {
			c.setup = string(f.Data)
			continue
		}
		c.files = append(c.files, f)
	}
	for n, line := range strings.Split(strings.TrimRight(string(a.Comment), "\n"), "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "", strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "needs "):
			c.needs = strings.Fields(line)[1:]
		case strings.HasPrefix(line, "python "):
			c.python = strings.Fields(line)[1]
		case strings.HasPrefix(line, "graduate "):
			c.steps = append(c.steps, &step{args: words(t, strings.TrimPrefix(line, "graduate "))})
		case strings.HasPrefix(line, " ") && len(c.steps) > 0:
			s := c.steps[len(c.steps)-1]
			if m := fileLine.FindStringSubmatch(trimmed); m != nil {
				s.files = append(s.files, fileWant{m[1], m[3], m[2] == "lacks"})
			} else {
				s.want = append(s.want, trimmed)
			}
		default:
			t.Fatalf("%s:%d: %q is not known", path, n+1, line)
		}
	}
	if len(c.steps) == 0 {
		t.Fatalf("%s: nothing is graduated", path)
	}
	return c
}

// words splits a command line; single quotes hold words together.
func words(t *testing.T, line string) (out []string) {
	t.Helper()
	word, quoted, any := "", false, false
	for _, r := range line {
		switch {
		case r == '\'':
			quoted, any = !quoted, true
		case r == ' ' && !quoted:
			if any {
				out = append(out, word)
			}
			word, any = "", false
		default:
			word += string(r)
			any = true
		}
	}
	if quoted {
		t.Fatalf("a quote is left open: %s", line)
	}
	if any {
		out = append(out, word)
	}
	return out
}

func (f fileWant) check(t *testing.T, dir string) {
	t.Helper()
	var found []string
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (d.Name() == f.name || strings.HasSuffix(path, "/"+f.name)) {
			found = append(found, path)
		}
		return nil
	})
	if len(found) == 0 {
		if !f.lacks {
			t.Errorf("there is no %s", f.name)
		}
		return
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte(f.text)) == f.lacks {
		t.Errorf("%s %s %q:\n%s", f.name, map[bool]string{true: "must not have", false: "must have"}[f.lacks], f.text, text)
	}
}

var cellMark = regexp.MustCompile(`(?m)^=== (nbformat 3|markdown|code|raw|out|error|kernel)(?: ?\[(\d*)\])?(?: (.*))?$`)

// cells makes a notebook of lines: `=== code [3] TAG…` begins a cell that was the third to be executed, `=== markdown` one of
// text; `=== out` is the text that the cell above printed when it was saved, `=== error TYPE` the exception it ended with.
// `=== nbformat 3` at the head makes it one of the old format, `=== kernel LANGUAGE` one of another language.
func cells(t *testing.T, text string) []byte {
	t.Helper()
	marks := cellMark.FindAllStringSubmatchIndex(text, -1)
	if len(marks) == 0 {
		t.Fatalf("a notebook without cells:\n%s", text)
	}
	format, language := 4, "python"
	var list []map[string]any
	group := func(m []int, n int) string {
		if m[2*n] < 0 {
			return ""
		}
		return text[m[2*n]:m[2*n+1]]
	}
	for k, m := range marks {
		end := len(text)
		if k+1 < len(marks) {
			end = marks[k+1][0]
		}
		body := strings.Trim(text[m[1]:end], "\n")
		switch kind := group(m, 1); kind {
		case "nbformat 3":
			format = 3
		case "kernel":
			language = group(m, 3)
		case "markdown", "raw":
			list = append(list, map[string]any{"cell_type": kind, "metadata": map[string]any{}, "source": lines(body)})
		case "code":
			c := map[string]any{"cell_type": "code", "metadata": map[string]any{}, "outputs": []any{}, "execution_count": nil}
			if n, err := strconv.Atoi(group(m, 2)); err == nil {
				c["execution_count"] = n
			}
			if tags := strings.Fields(group(m, 3)); len(tags) > 0 {
				c["metadata"] = map[string]any{"tags": tags}
			}
			if format == 3 {
				c["input"], c["language"], c["prompt_number"] = lines(body), "python", c["execution_count"]
				delete(c, "execution_count")
			} else {
				c["source"] = lines(body)
			}
			list = append(list, c)
		case "out", "error":
			c := list[len(list)-1]
			var o map[string]any
			switch {
			case kind == "error":
				o = map[string]any{"output_type": map[int]string{3: "pyerr", 4: "error"}[format], "ename": group(m, 3), "evalue": body, "traceback": []string{}}
			default:
				o = map[string]any{"output_type": "stream", map[int]string{3: "stream", 4: "name"}[format]: "stdout", "text": lines(body + "\n")}
			}
			c["outputs"] = append(c["outputs"].([]any), o)
		}
	}
	nb := map[string]any{"nbformat": format, "nbformat_minor": 0, "metadata": map[string]any{"kernelspec": map[string]string{"name": "python3", "display_name": "Python 3", "language": language}}}
	if format == 3 {
		nb["worksheets"] = []any{map[string]any{"cells": list}}
	} else {
		nb["cells"] = list
	}
	out, err := json.MarshalIndent(nb, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

func lines(s string) []string { return strings.SplitAfter(s, "\n") }
