// Command testsum reads `go test -json` on standard input and prints a line for each package, the output of what failed,
// and one count of all tests at the end. It exits 1 when anything failed, and when nothing was tested.
//
// A test with subtests counts as its subtests do, once each, and not again itself, unless it failed while none of them did.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() { os.Exit(summarize(os.Stdin, os.Stdout)) }

type event struct {
	Action  string
	Package string
	// ImportPath names the package of a failed build: its own, or with the test in brackets.
	ImportPath string
	Test       string
	Output     string
	Elapsed    float64
}

type key struct{ pkg, test string }

type summary struct {
	result map[key]string
	output map[key][]string
	order  []key
	broken []string // packages that failed outside a test
	build  map[string][]string
}

func summarize(in io.Reader, out io.Writer) int {
	s := summary{result: map[key]string{}, output: map[key][]string{}, build: map[string][]string{}}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				out.Write(line) // not from go test: the go command's own words
			} else {
				s.add(&e, out)
			}
		}
		if err != nil {
			break
		}
	}
	return s.close(out)
}

func (s *summary) add(e *event, out io.Writer) {
	k := key{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		s.build[e.ImportPath] = append(s.build[e.ImportPath], e.Output)
	case "run":
		s.order = append(s.order, k)
	case "output":
		s.output[k] = append(s.output[k], e.Output)
	case "pass", "fail", "skip":
		s.result[k] = e.Action
		if e.Test == "" {
			s.closePackage(e, out)
		} else if e.Action != "fail" {
			delete(s.output, k)
		}
	}
}

func (s *summary) closePackage(e *event, out io.Writer) {
	word := map[string]string{"pass": "ok  ", "fail": "FAIL", "skip": "none"}[e.Action]
	fmt.Fprintf(out, "%s %s (%.1fs)\n", word, e.Package, e.Elapsed)
	if e.Action != "fail" {
		return
	}
	inTest := false
	for _, k := range s.order {
		if k.pkg != e.Package || s.result[k] == "pass" || s.result[k] == "skip" {
			continue
		}
		inTest = true
		if s.result[k] == "" {
			s.result[k] = "fail" // the process ended in the middle of it
		}
		fmt.Fprint(out, indent(s.output[k]))
	}
	if !inTest {
		s.broken = append(s.broken, e.Package)
		fmt.Fprint(out, indent(s.output[key{e.Package, ""}]))
	}
}

func indent(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString("    " + line)
	}
	return b.String()
}

func (s *summary) close(out io.Writer) int {
	for _, path := range sortedKeys(s.build) {
		fmt.Fprintf(out, "FAIL %s does not build\n%s", path, indent(s.build[path]))
	}
	hasSub := map[key]bool{}    // has subtests
	failedSub := map[key]bool{} // one of them failed
	for _, k := range s.order {
		for i := range k.test {
			if k.test[i] == '/' {
				parent := key{k.pkg, k.test[:i]}
				hasSub[parent] = true
				failedSub[parent] = failedSub[parent] || s.result[k] == "fail"
			}
		}
	}
	count := map[string]int{}
	for _, k := range s.order {
		result := s.result[k]
		if hasSub[k] && (result != "fail" || failedSub[k]) {
			continue
		}
		count[result]++
	}
	failed := count["fail"] + len(s.broken)
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", count["pass"], failed, count["skip"])
	if failed > 0 || count["pass"] == 0 {
		return 1
	}
	return 0
}

func sortedKeys(m map[string][]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
