// Command conformance compares this parser with Python's own: the trees of whole files byte for byte, and for the
// snippets inside Python's test files also which of them are rejected. It prints counts and the first differences, and
// exits 1 when there is one. conformance.mk runs it.
//
//	conformance -python python3.14 DIR...             every .py file below
//	conformance -python python3.14 -snippets FILE...  the strings and doctest examples in test files
package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

//go:embed records.py
var recordsScript string

func main() {
	python := flag.String("python", "python3", "the interpreter to compare with")
	snippets := flag.Bool("snippets", false, "take the strings and doctest examples inside the files")
	show := flag.Int("show", 5, "how many differences to show")
	flag.Parse()
	ok, err := run(*python, *snippets, *show, flag.Args(), os.Stdout)
	if err != nil {
		fmt.Fprintf(os.Stderr, "conformance: %v\n", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// counts of one comparison. A rejection by one side only is a difference.
type counts struct{ equal, bothReject, different, accepted, rejected int }

func run(python string, snippets bool, show int, roots []string, out io.Writer) (bool, error) {
	minor, err := minorVersion(python)
	if err != nil {
		return false, err
	}
	var paths []string
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".py") && d.Type().IsRegular() {
				paths = append(paths, path)
			}
			return err
		})
		if err != nil {
			return false, fmt.Errorf("walk %s: %w", root, err)
		}
	}
	mode := "files"
	if snippets {
		mode = "snippets"
	}
	cmd := exec.Command(python, "-c", recordsScript, mode)
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\n") + "\n")
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return false, fmt.Errorf("run %s: %w", python, err)
	}
	if err := cmd.Start(); err != nil {
		return false, fmt.Errorf("run %s: %w", python, err)
	}
	c, err := compare(bufio.NewReaderSize(pipe, 1<<20), minor, show, out)
	if err != nil {
		return false, err
	}
	if err := cmd.Wait(); err != nil {
		return false, fmt.Errorf("run %s: %w", python, err)
	}
	fmt.Fprintf(out, "%s %s: %d equal trees, %d rejected by both, %d different (%d accepted here only, %d rejected here only)\n",
		python, mode, c.equal, c.bothReject, c.different, c.accepted, c.rejected)
	return c.different == 0 && c.equal+c.bothReject > 0, nil
}

func minorVersion(python string) (int, error) {
	out, err := exec.Command(python, "-c", "import sys; print(sys.version_info[1])").Output()
	if err != nil {
		return 0, fmt.Errorf("run %s: %w", python, err)
	}
	minor := 0
	_, err = fmt.Sscan(string(out), &minor)
	return minor, err
}

func compare(r *bufio.Reader, minor, show int, out io.Writer) (c counts, err error) {
	var p parser.Parser
	var mine []byte
	for {
		line, err := r.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return c, nil
		}
		if err != nil {
			return c, fmt.Errorf("read records: %w", err)
		}
		var head struct {
			Name         string
			Source, Tree int
			Error        *string
		}
		if err := json.Unmarshal(line, &head); err != nil {
			return c, fmt.Errorf("read records: %w", err)
		}
		raw, want := make([]byte, head.Source), make([]byte, head.Tree)
		if _, err := io.ReadFull(r, raw); err != nil {
			return c, fmt.Errorf("read records: %w", err)
		}
		if _, err := io.ReadFull(r, want); err != nil {
			return c, fmt.Errorf("read records: %w", err)
		}
		src, problem := source.Decode(raw)
		file, faults := parser.Parse(&p, src, parser.Options{Python: minor})
		fault := ""
		if problem != nil {
			fault = problem.Message
		} else if len(faults) > 0 {
			fault = faults[0].Message
		}
		difference := ""
		switch {
		case head.Error != nil && fault != "":
			c.bothReject++
		case head.Error != nil:
			c.accepted++
			difference = "Python rejects it: " + *head.Error
		case fault != "":
			c.rejected++
			difference = "Python accepts it; fault here: " + fault
		default:
			mine = ast.AppendDump(mine[:0], file, minor)
			if bytes.Equal(mine, want) {
				c.equal++
			} else {
				difference = firstDifference(want, mine)
			}
		}
		if difference != "" {
			c.different++
			if c.different <= show {
				fmt.Fprintf(out, "%s: %s\n", head.Name, difference)
			}
		}
	}
}

func firstDifference(want, got []byte) string {
	i := 0
	for i < len(want) && i < len(got) && want[i] == got[i] {
		i++
	}
	cut := func(b []byte) []byte { return b[max(0, i-80):min(len(b), i+80)] }
	return fmt.Sprintf("the trees differ\n  Python …%s…\n  here   …%s…", cut(want), cut(got))
}
