package async

import (
	"slices"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// runOnLoop are plain functions that a framework calls on its event loop, and not in a thread: tools, resources and prompts of the Model
// Context Protocol's own FastMCP, in a program that serves them over HTTP. Over the standard streams there is one client, which waits
// for its answer.
func runOnLoop(p *rule.Pass) map[link.Func]bool {
	const server = "mcp.server.fastmcp.server.FastMCP"
	out := map[link.Func]bool{}
	for i := range p.Registrations {
		if r := &p.Registrations[i]; r.Entity != nil && rule.HasPrefix(r.Entity.Path, server) && p.Facts(p.FuncOf(effects.Node(r.Runs))).Flags&facts.FuncAsync == 0 {
			out[r.Func] = true
		}
	}
	if len(out) == 0 {
		return nil
	}
	for i := range p.Calls {
		c := &p.Calls[i]
		if !rule.HasPrefix(c.Path, server) || p.File(effects.Node(c.From)).Test {
			continue
		}
		switch c.Path[len(server):] {
		case ".streamable_http_app", ".sse_app", ".run_streamable_http_async", ".run_sse_async":
			return out
		case ".run":
			if over, _ := c.Arg("transport").Strings(); slices.Contains(over, "streamable-http") || slices.Contains(over, "sse") {
				return out
			}
		}
	}
	return nil
}
