package graduate

import (
	"encoding/json"
	"fmt"
	"strings"
)

// ChooseOrder takes the order that leaves the fewest names undefined.
func (p *Program) ChooseOrder() { p.use(likeliest(p.orders())) }

// Text is the plan for people.
func (p *Plan) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s: %d functions, %d configuration keys, %d outputs; nothing was executed\n", p.Package, len(p.Segments), len(p.Keys), len(p.Outputs))
	if p.OrderNote != "" {
		fmt.Fprintf(&b, "order: %s\n", p.OrderNote)
	}
	b.WriteString("\nfunctions\n")
	for _, s := range p.Segments {
		var in, out []string
		for _, x := range s.Params {
			in = append(in, p.param(x))
		}
		for _, r := range s.Returns {
			out = append(out, r.Name)
		}
		fmt.Fprintf(&b, "  %s(%s)", s.Function, strings.Join(in, ", "))
		if len(out) > 0 {
			fmt.Fprintf(&b, " → %s", strings.Join(out, ", "))
		}
		first, last := p.Statements[s.Statements[0]], p.Statements[s.Statements[len(s.Statements)-1]]
		fmt.Fprintf(&b, "\n      %d statements, %s to %s\n", len(s.Statements), p.Where(first), p.Where(last))
	}
	if len(p.Keys) > 0 {
		b.WriteString("\nconfiguration\n")
		for _, k := range p.Keys {
			value := k.Value
			if k.Env != "" {
				value = "from the environment: " + k.Env
			}
			fmt.Fprintf(&b, "  %s = %s\n", k.Name, value)
		}
	}
	if len(p.Outputs) > 0 {
		b.WriteString("\noutputs\n")
		for _, o := range p.Outputs {
			fmt.Fprintf(&b, "  %-7s %s (%s)\n", o.Kind, outputName(o), p.Where(p.Statements[o.Statements[0]]))
		}
	}
	if dropped := p.Dropped(); len(dropped) > 0 {
		b.WriteString("\nleft out\n")
		for _, d := range dropped {
			fmt.Fprintf(&b, "  %s: %s\n      %s\n", p.Where(d.Statement), firstLine(d.Statement.Source), d.Reason)
		}
	}
	return b.String()
}

// JSON is the plan as data.
func (p *Plan) JSON() []byte {
	out, err := json.MarshalIndent(map[string]any{"version": 1, "package": p.Package, "order": p.OrderNote, "plan": p.lock()}, "", "  ")
	if err != nil {
		panic(err) // strings and numbers only
	}
	return append(out, '\n')
}
