// Package cli is the command line: one file per command, nothing but flags, calls into the features and rendering.
//
// Every command registers itself from its own file:
//
//	func init() { register(func(io *streams) *cobra.Command { … }) }
//
// A command's RunE returns nil (exit 0), errFindings (exit 1: findings, or the thing asked for failed) or any other
// error (exit 2: the command could not do its work). Results go to io.out, progress and errors to io.err.
package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// Version is the released version; the build sets it with -ldflags.
var Version = "0.1.0-dev"

// errFindings makes the process exit 1 without a message: the report already said what was found.
var errFindings = errors.New("findings")

// streams are the three standard streams, handed to commands so that tests can run them in-process.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

var commands []func(*streams) *cobra.Command

func register(make func(*streams) *cobra.Command) { commands = append(commands, make) }

// Root builds the whole command tree; documentation and completion are generated from it.
func Root(s *streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "roadworthy",
		Short:         "From any Python repository to a verdict, with the chain of calls that proves it",
		Version:       Version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	for _, make := range commands {
		root.AddCommand(make(s))
	}
	tellUsage(root)
	return root
}

// tellUsage answers too few or too many arguments with how the command is used.
func tellUsage(c *cobra.Command) {
	for _, sub := range c.Commands() {
		tellUsage(sub)
	}
	if check := c.Args; check != nil && !c.HasSubCommands() {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return &Hint{err, "usage: " + cmd.UseLine()}
			}
			return nil
		}
	}
}

// A Hint is an error that knows the user's next step.
type Hint struct {
	Err  error
	Next string
}

func (h *Hint) Error() string { return h.Err.Error() }
func (h *Hint) Unwrap() error { return h.Err }

// Main runs the command line and returns the exit code.
func Main(args []string, in io.Reader, out, errw io.Writer) int {
	s := &streams{in: in, out: out, err: errw}
	root := Root(s)
	root.SetArgs(args)
	err := root.Execute()
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFindings):
		return 1
	}
	fmt.Fprintf(errw, "roadworthy: %v\n", err)
	var hint *Hint
	if errors.As(err, &hint) {
		fmt.Fprintf(errw, "  help: %s\n", hint.Next)
	}
	return 2
}
