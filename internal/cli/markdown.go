package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Reference writes docs/cli.md: every command with its usage, help and flags, from the commands themselves.
// A test holds the file against it.
func Reference(w io.Writer) {
	root := Root(&streams{})
	fmt.Fprint(w, `# Commands

Generated from the commands themselves: `+"`make docs`"+` writes it, a test holds it. `+"`roadworthy COMMAND --help`"+` says the same.

Results go to standard output, progress and errors to standard error. Exit code 0: clean; 1: findings, or what was asked for failed;
2: the command could not do its work.

`)
	writeTable(w, root)
	for _, c := range root.Commands() {
		writeCommand(w, c)
	}
	fmt.Fprint(w, `
## Completion

`+"`roadworthy completion bash|zsh|fish|powershell`"+` prints a completion script for that shell; for bash, in this session:

`+"```sh"+`
source <(roadworthy completion bash)
`+"```"+`
`)
}

func writeTable(w io.Writer, root *cobra.Command) {
	fmt.Fprint(w, "| command | does |\n|---|---|\n")
	for _, c := range root.Commands() {
		if documented(c) {
			fmt.Fprintf(w, "| [`%s`](#%s) | %s |\n", c.CommandPath(), strings.ReplaceAll(c.CommandPath(), " ", "-"), c.Short)
		}
	}
}

// documented leaves out hidden commands and those that cobra adds by itself, which come and go with how it is run.
func documented(c *cobra.Command) bool {
	return !c.Hidden && c.Name() != "help" && c.Name() != "completion"
}

func writeCommand(w io.Writer, c *cobra.Command) {
	if !documented(c) {
		return
	}
	fmt.Fprintf(w, "\n## %s\n\n", c.CommandPath())
	long := c.Long
	if long == "" {
		long = c.Short + "."
	}
	for _, line := range strings.Split(strings.TrimSpace(long), "\n") {
		if !strings.HasPrefix(line, "    ") { // an indented line is code
			line = strings.ReplaceAll(line, "<", "\\<")
		}
		fmt.Fprintln(w, line)
	}
	if c.Runnable() {
		fmt.Fprintf(w, "\n```\n%s\n```\n", c.UseLine())
	}
	if c.Example != "" {
		fmt.Fprintf(w, "\n```sh\n%s\n```\n", strings.TrimSpace(c.Example))
	}
	var rows []string
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" {
			rows = append(rows, flagRow(f))
		}
	})
	if rows != nil {
		fmt.Fprintf(w, "\n| flag | meaning | default |\n|---|---|---|\n%s", strings.Join(rows, ""))
	}
	for _, sub := range c.Commands() {
		writeCommand(w, sub)
	}
}

func flagRow(f *pflag.Flag) string {
	name, usage := pflag.UnquoteUsage(f)
	spelled := "--" + f.Name
	if f.Shorthand != "" {
		spelled = "-" + f.Shorthand + ", " + spelled
	}
	if name != "" {
		spelled += " " + name
	}
	value := ""
	switch f.DefValue {
	case "", "false", "[]", "0", "0s":
	default:
		value = "`" + f.DefValue + "`"
	}
	return fmt.Sprintf("| `%s` | %s | %s |\n", spelled, strings.ReplaceAll(usage, "|", "\\|"), value)
}
