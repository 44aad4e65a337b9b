package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/project"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

func init() { register(policyCommand) }

type policyReport struct {
	Version int          `json:"version"`
	Config  string       `json:"config"` // "" when there is none
	Rules   []policyLine `json:"rules"`
}

type policyLine struct {
	Rule     string            `json:"rule"`
	Name     string            `json:"name"`
	Family   string            `json:"family"`
	Severity map[string]string `json:"severity"`           // by tier
	Default  map[string]string `json:"default,omitempty"`  // where the configuration differs
	Disabled bool              `json:"disabled,omitempty"` // off by rules.disable
}

func policyCommand(s *streams) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "policy [PATH]",
		Short: "Print every rule's severity in every tier, as configured for PATH",
		Long: `Policy prints the whole table of rules and tiers that holds for PATH (the current directory by default). What the
configuration changes is marked with a star, with the severity it replaces.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json"); err != nil {
				return err
			}
			root := "."
			if len(args) > 0 {
				root = args[0]
			}
			if _, err := os.Stat(root); err != nil {
				return fmt.Errorf("read %s: no such file or directory", root)
			}
			abs, err := filepath.Abs(root)
			if err != nil {
				return fmt.Errorf("find %s: %w", root, err)
			}
			cfg, err := check.Config(abs)
			if err != nil {
				return err
			}
			r := policyOf(cfg)
			if format == "json" {
				return writeJSON(s.out, r)
			}
			return r.text(s)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

func policyOf(cfg *project.Config) *policyReport {
	r := &policyReport{Version: 1, Config: cfg.File, Rules: []policyLine{}}
	for _, x := range rule.All() {
		l := policyLine{Rule: x.Code, Name: x.Name, Family: x.Family, Severity: map[string]string{}}
		for _, t := range project.Tiers() {
			now, std := check.Severity(cfg, x, t), x.In(t)
			l.Severity[t.String()] = now.String()
			if now != std {
				if l.Default == nil {
					l.Default = map[string]string{}
				}
				l.Default[t.String()] = std.String()
			}
		}
		for _, d := range cfg.Rules.Disabled {
			l.Disabled = l.Disabled || strings.EqualFold(d, x.Code) || strings.EqualFold(d, x.Name)
		}
		r.Rules = append(r.Rules, l)
	}
	return r
}

func (r *policyReport) text(s *streams) error {
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	fmt.Fprint(w, "code\tname")
	for _, t := range project.Tiers() {
		fmt.Fprintf(w, "\t%s", t)
	}
	fmt.Fprintln(w)
	changed := false
	for _, l := range r.Rules {
		fmt.Fprintf(w, "%s\t%s", l.Rule, l.Name)
		for _, t := range project.Tiers() {
			fmt.Fprintf(w, "\t%s", l.Severity[t.String()])
			if std, ok := l.Default[t.String()]; ok {
				fmt.Fprintf(w, "* (%s)", std)
				changed = true
			}
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write policy: %w", err)
	}
	if changed {
		fmt.Fprintf(s.out, "* set in %s; in brackets what it replaces\n", r.Config)
	}
	return nil
}
