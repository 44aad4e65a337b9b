package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/standard"
)

func init() {
	register(func(s *streams) *cobra.Command {
		var o standard.Options
		into, offline, noLock := "", false, false
		names := make([]string, 0, 10)
		long := "Write a project that holds the standard from the start: typed, tested, locked, with settings that are validated, logs with\n" +
			"identity, CI and a small image. Shapes:\n"
		for _, shape := range standard.Shapes() {
			names = append(names, shape.Name)
			long += fmt.Sprintf("\n  %-9s %s", shape.Name, shape.Description)
		}
		cmd := &cobra.Command{
			Use:   "new NAME --shape SHAPE",
			Short: "Write a new project with all the basics",
			Long:  long,
			Example: "  roadworthy new orders --shape api --tier customer-facing --owner @acme/orders\n" +
				"  roadworthy new rates --shape job --type-checker basedpyright --ci github",
			Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				o.Name = filepath.Base(filepath.Clean(args[0]))
				if into == "" {
					into = args[0]
				}
				if !slices.Contains(names, o.Shape) {
					what := fmt.Errorf("shape %q is not known", o.Shape)
					if o.Shape == "" {
						what = errors.New("no shape given")
					}
					return &Hint{what, "use --shape with one of " + strings.Join(names, ", ")}
				}
				tools := &standard.Tools{Offline: offline}
				o.Fill(cmd.Context(), tools)
				p, err := standard.Render(o)
				if err != nil {
					return err
				}
				return writeNew(cmd, s, tools, p, into, noLock)
			},
		}
		f := cmd.Flags()
		f.StringVar(&o.Shape, "shape", "", "what sort of project: "+strings.Join(names, ", "))
		f.StringVar(&o.Tier, "tier", "", "how much it matters when it breaks: experimental, internal, business-critical, customer-facing (default internal)")
		f.StringVar(&o.Owner, "owner", "", "who answers for it: @team, @organisation/team or a mail address (default: git's user.email)")
		f.StringVar(&o.Alert, "alert", "", "where a job's alerts go: mailto:ADDRESS, https://…, command:PROGRAM or env:NAME (default: the owner's address, else env:ALERTS_TO)")
		f.StringVar(&o.Python, "python", "", "the Python it is made with: 3.11 to 3.14 (default: the newest on this machine)")
		f.StringVar(&o.TypeChecker, "type-checker", "", "mypy or basedpyright (default mypy)")
		f.StringVar(&o.CI, "ci", "", "github, gitlab, both or none (default both)")
		f.StringVar(&o.Description, "description", "", "one line that says what it is for")
		f.BoolVar(&o.NoImage, "no-image", false, "leave out the Dockerfile")
		f.StringVar(&into, "into", "", "the directory to write (default: NAME)")
		f.BoolVar(&offline, "offline", false, "lock with what uv has cached, without the network")
		f.BoolVar(&noLock, "no-lock", false, "do not make uv.lock")
		return cmd
	})
}

func writeNew(cmd *cobra.Command, s *streams, tools *standard.Tools, p *standard.Project, into string, noLock bool) error {
	var hints []string
	locked := false
	err := p.Write(into, func(dir string) error {
		var missing *standard.MissingTool
		if err := tools.Format(cmd.Context(), dir); errors.As(err, &missing) {
			hints = append(hints, missing.Error())
		} else if err != nil {
			return err
		}
		if noLock {
			return nil
		}
		switch err := tools.Lock(cmd.Context(), dir); {
		case err == nil:
			locked = true
		case errors.As(err, &missing):
			hints = append(hints, missing.Error()+"; then, in the project: uv lock")
		default:
			// The project is whole without it, and every command of uv makes the lock when it can.
			hints = append(hints, fmt.Sprintf("uv.lock could not be made: %v\n  when the cause is gone, in the project: uv lock", err))
		}
		return nil
	})
	if err != nil {
		return err
	}
	count := len(p.Files)
	if locked {
		count++
	}
	fmt.Fprintf(s.out, "wrote %s (%d files)\n", into, count)
	width := 0
	for _, c := range p.Choices {
		width = max(width, len(c.What))
	}
	for _, c := range p.Choices {
		fmt.Fprintf(s.out, "  %-*s  %s: %s\n", width, c.What, c.Choice, c.Why)
	}
	for _, h := range hints {
		fmt.Fprintf(s.err, "roadworthy: %s\n", h)
	}
	fmt.Fprintf(s.out, "next: cd %s && uv sync && uv run pytest\n", into)
	return nil
}
