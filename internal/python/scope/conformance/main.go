// Command conformance holds scopes against the symbol tables of a Python: for every .py file below the given paths,
// scope.Dump has to equal what Python's own symtable shows.
//
//	go run ./internal/python/scope/conformance -python python3.14 PATH...
//
// It prints the counts, and exits with 1 when any file differs.
package main

import (
	"bufio"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/python/scope"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

//go:embed symbols.py
var script string

func main() {
	python := flag.String("python", "python3", "the interpreter to compare with, 3.14 or 3.15")
	show := flag.Int("show", 5, "number of differences to show")
	flag.Parse()
	equal, err := run(*python, flag.Args(), *show)
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(2)
	}
	if !equal {
		os.Exit(1)
	}
}

// counts of files, by what the two sides say.
type counts struct{ equal, different, bothReject, onlyPython, onlyWe, names int }

func run(python string, paths []string, show int) (bool, error) {
	minor, err := version(python)
	if err != nil {
		return false, err
	}
	files, err := list(paths)
	if err != nil {
		return false, err
	}
	var mu sync.Mutex
	var n counts
	shown := 0
	report := func(path, what string) {
		if shown++; shown <= show {
			fmt.Printf("%s: %s\n", path, what)
		}
	}
	work := make(chan string)
	var wg sync.WaitGroup
	var failed error
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			err := compare(python, minor, work, func(path, want string, o ourSide) {
				mu.Lock()
				defer mu.Unlock()
				want, theirs, _ := strings.Cut(want, "\f")
				got, rejected := o.dump, o.rejected
				if _, refused := strings.CutPrefix(theirs, "error: "); refused {
					theirs = ""
				} else if o.later != "" && !rejected {
					got, rejected = o.later, true
				}
				if missing := without(theirs, o.names); len(missing) > 0 && !rejected {
					n.names++
					report(path, fmt.Sprintf("qualified names that only Python has: %q", missing))
				}
				reason, refused := strings.CutPrefix(want, "error: ")
				switch {
				case refused && rejected:
					n.bothReject++
				case refused:
					n.onlyPython++
					report(path, "Python rejects it: "+reason)
				case rejected:
					n.onlyWe++
					report(path, "rejected: "+got)
				case want != got:
					n.different++
					report(path, difference(want, got))
				default:
					n.equal++
				}
			})
			if err != nil {
				mu.Lock()
				failed = err
				mu.Unlock()
				for range work { // let the sender finish
				}
			}
		})
	}
	for _, f := range files {
		work <- f
	}
	close(work)
	wg.Wait()
	fmt.Printf("scopes, Python 3.%d: %d files, %d equal, %d different; rejected: %d by both, %d by Python only, %d by us only; qualified names differ in %d\n",
		minor, len(files), n.equal, n.different, n.bothReject, n.onlyPython, n.onlyWe, n.names)
	return n.different+n.onlyPython+n.onlyWe+n.names == 0, failed
}

func version(python string) (int, error) {
	out, err := exec.Command(python, "-c", "import sys; print(sys.version_info[1])").Output()
	if err != nil {
		return 0, fmt.Errorf("ask %s for its version: %w", python, err)
	}
	minor, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil || minor < 14 {
		return 0, fmt.Errorf("%s is Python 3.%d: scopes are those of 3.14 and later", python, minor)
	}
	return minor, nil
}

// list is the .py files below paths.
func list(paths []string) (files []string, err error) {
	for _, p := range paths {
		err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && filepath.Ext(path) == ".py" && !strings.Contains(path, "\n") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", p, err)
		}
	}
	if len(files) == 0 {
		return nil, errors.New("no .py files in " + strings.Join(paths, " "))
	}
	return files, nil
}

// compare feeds files to one Python process and to our own side.
func compare(python string, minor int, files <-chan string, result func(path, want string, o ourSide)) error {
	cmd := exec.Command(python, "-c", script)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", python, err)
	}
	r := bufio.NewReader(out)
	var p parser.Parser
	var b scope.Builder
	for path := range files {
		if _, err := io.WriteString(in, path+"\n"); err != nil {
			return fmt.Errorf("ask about %s: %w", path, err)
		}
		o := ours(&p, &b, path, minor)
		size, err := r.ReadString('\n')
		if err != nil {
			return fmt.Errorf("read about %s: %w", path, err)
		}
		n, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil {
			return fmt.Errorf("read about %s: %w", path, err)
		}
		want := make([]byte, n)
		if _, err := io.ReadFull(r, want); err != nil {
			return fmt.Errorf("read about %s: %w", path, err)
		}
		result(path, string(want), o)
	}
	in.Close()
	return cmd.Wait()
}

// ourSide is what we make of a file.
type ourSide struct {
	dump     string // or why it is rejected
	rejected bool
	later    string // a fault that the compiler finds after symbol tables
	names    []string
}

func ours(p *parser.Parser, b *scope.Builder, path string, minor int) ourSide {
	raw, err := source.ReadFile(path)
	if err != nil {
		return ourSide{dump: err.Error(), rejected: true}
	}
	src, problem := source.Decode(raw)
	if problem != nil {
		return ourSide{dump: problem.Message, rejected: true}
	}
	file, faults := parser.Parse(p, src, parser.Options{Python: minor})
	at := func(span diag.Span, message string) string {
		return fmt.Sprintf("line %d: %s", 1+source.LineIndex(file.Lines, span.Start), message)
	}
	if len(faults) > 0 {
		return ourSide{dump: at(faults[0].Span, faults[0].Message), rejected: true}
	}
	var o ourSide
	t := b.Build(file)
	for _, f := range t.Faults {
		if !f.AfterSymbols {
			return ourSide{dump: at(f.Span, f.Message), rejected: true}
		}
		o.later = at(f.Span, f.Message)
	}
	o.dump = scope.Dump(t, minor)
	for id := range t.Scopes {
		switch t.Scopes[id].Kind {
		case scope.Function, scope.Class, scope.Lambda, scope.Comprehension, scope.TypeAlias, scope.TypeVar:
			o.names = append(o.names, t.QualName(scope.ID(id)))
		}
	}
	return o
}

// without is the lines of theirs that ours lacks, each as often as it occurs. Ours may have more: the compiler drops
// code that cannot run. The code that it makes for
// annotations and for generics has no counterpart.
func without(theirs string, ours []string) (missing []string) {
	if theirs == "" {
		return nil
	}
	count := map[string]int{}
	for _, n := range ours {
		count[n]++
	}
	for n := range strings.SplitSeq(theirs, "\n") {
		if count[n]--; count[n] < 0 && !strings.Contains(n, "__annotate__") && !strings.Contains(n, "<generic parameters of ") {
			missing = append(missing, n)
		}
	}
	return missing
}

// difference is the first line in which two dumps differ.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	block := ""
	for i := range max(len(w), len(g)) {
		var a, b string
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return fmt.Sprintf("in %s:\n\tPython %s\n\tours   %s", block, a, b)
		}
		if !strings.Contains(a, ":") {
			block = strings.TrimSpace(a)
		}
	}
	return ""
}
