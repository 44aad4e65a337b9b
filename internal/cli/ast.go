package cli

import (
	"bufio"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

func init() {
	register(func(s *streams) *cobra.Command {
		version, check := "", false
		cmd := &cobra.Command{
			Use:   "ast [--python 3.14] FILE...",
			Short: "Print the syntax tree of Python files as Python's own ast module prints it",
			Long: `Print, for each file, what the chosen Python prints for

    ast.dump(ast.parse(source), include_attributes=True)

A file that this Python rejects gives its findings instead, and the exit code is 1.
With --check only findings are printed, and a directory stands for the Python files below it.`,
			Args: cobra.MinimumNArgs(1),
			RunE: func(_ *cobra.Command, args []string) error {
				minor, err := pythonMinor(version)
				if err != nil {
					return err
				}
				if check {
					return checkFiles(s, args, minor)
				}
				return dumpFiles(s, args, minor)
			},
		}
		cmd.Flags().StringVar(&version, "python", "3.14", "the Python whose grammar and format to use: 3.8 to 3.15")
		cmd.Flags().BoolVar(&check, "check", false, "only report what does not parse")
		return cmd
	})
}

// pythonMinor reads "3.14".
func pythonMinor(version string) (int, error) {
	rest, ok := strings.CutPrefix(version, "3.")
	minor, err := strconv.Atoi(rest)
	if !ok || err != nil || minor < 8 || minor > parser.Newest {
		return 0, &Hint{fmt.Errorf("python version %q is not known", version), fmt.Sprintf("use --python 3.8 to 3.%d", parser.Newest)}
	}
	return minor, nil
}

func dumpFiles(s *streams, paths []string, minor int) error {
	out := bufio.NewWriterSize(s.out, 1<<16)
	defer out.Flush()
	var p parser.Parser
	var buf []byte
	rejected := false
	for _, path := range paths {
		raw, err := source.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read %s: %w", path, unwrapPath(err))
		}
		file, report := parseReport(&p, path, raw, minor)
		if report != nil {
			rejected = true
			out.Write(report)
			continue
		}
		buf = append(ast.AppendDump(buf[:0], file, minor), '\n')
		if _, err := out.Write(buf); err != nil {
			return fmt.Errorf("write the tree of %s: %w", path, err)
		}
	}
	if rejected {
		return errFindings
	}
	return nil
}

// parseReport parses one file and renders its faults; nil when there are none.
func parseReport(p *parser.Parser, path string, raw []byte, minor int) (*ast.File, []byte) {
	src, problem := source.Decode(raw)
	file, faults := parser.Parse(p, src, parser.Options{Python: minor})
	var report []byte
	if problem != nil {
		line, col := place(file, problem.Span.Start)
		report = fmt.Appendf(report, "%s:%d:%d error %s\n", path, line, col, problem.Message)
	}
	for _, f := range faults {
		line, col := place(file, f.Span.Start)
		report = fmt.Appendf(report, "%s:%d:%d error %s\n", path, line, col, f.Message)
	}
	return file, report
}

// checkFiles parses in parallel, the largest files first so that no worker ends long after the others, and reports in the
// order of the paths.
func checkFiles(s *streams, args []string, minor int) error {
	type job struct {
		path string
		size int64
	}
	var jobs []job
	for _, arg := range args {
		err := filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() || path != arg && (!strings.HasSuffix(path, ".py") && !strings.HasSuffix(path, ".pyi") || !d.Type().IsRegular()) {
				return nil
			}
			size := int64(0)
			if info, err := d.Info(); err == nil {
				size = info.Size()
			}
			jobs = append(jobs, job{path, size})
			return nil
		})
		if err != nil {
			return fmt.Errorf("walk %s: %w", arg, unwrapPath(err))
		}
	}
	order := make([]int, len(jobs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(jobs[b].size, jobs[a].size) })
	reports := make([][]byte, len(jobs))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			var p parser.Parser
			var buf []byte
			for {
				i := int(next.Add(1)) - 1
				if i >= len(order) {
					return
				}
				j := &jobs[order[i]]
				var err error
				if buf, err = source.AppendFile(buf[:0], j.path); err != nil {
					reports[order[i]] = fmt.Appendf(nil, "%s:1:1 error read: %v\n", j.path, unwrapPath(err))
					continue
				}
				_, reports[order[i]] = parseReport(&p, j.path, buf, minor)
			}
		})
	}
	workers.Wait()
	rejected := false
	for _, report := range reports {
		if report != nil {
			rejected = true
			if _, err := s.out.Write(report); err != nil {
				return fmt.Errorf("write findings: %w", err)
			}
		}
	}
	if rejected {
		return errFindings
	}
	return nil
}

// place is the 1-based line and column, in characters, of an offset.
func place(f *ast.File, offset uint32) (line, col int) {
	i := source.LineIndex(f.Lines, offset)
	return i + 1, utf8.RuneCount(f.Src[f.Lines[i]:min(int(offset), len(f.Src))]) + 1
}

func unwrapPath(err error) error {
	if pe, ok := err.(*os.PathError); ok {
		return pe.Err
	}
	return err
}
