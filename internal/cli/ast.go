package cli

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

func init() {
	register(func(s *streams) *cobra.Command {
		version := ""
		cmd := &cobra.Command{
			Use:   "ast FILE...",
			Short: "Print the syntax tree of Python files as Python's own ast module prints it",
			Long: `Print, for each file, what the chosen Python prints for

    ast.dump(ast.parse(source), include_attributes=True)

A file that this Python rejects gives its findings instead, and the exit code is 1.`,
			Args: cobra.MinimumNArgs(1),
			RunE: func(_ *cobra.Command, args []string) error {
				minor, err := pythonMinor(version)
				if err != nil {
					return err
				}
				return dumpFiles(s, args, minor)
			},
		}
		cmd.Flags().StringVar(&version, "python", "3.14", "the Python whose grammar and format to use: 3.8 to 3.15")
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
		src, problem := source.Decode(raw)
		file, faults := parser.Parse(&p, src, parser.Options{Python: minor})
		if problem != nil {
			faults = append([]parser.Fault{{Span: problem.Span, Message: problem.Message}}, faults...)
		}
		if len(faults) > 0 {
			rejected = true
			for _, f := range faults {
				line, col := place(file, f.Span.Start)
				fmt.Fprintf(out, "%s:%d:%d error %s\n", path, line, col, f.Message)
			}
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
