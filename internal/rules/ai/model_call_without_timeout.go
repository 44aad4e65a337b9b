package ai

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW555", Name: "model-call-without-timeout", Since: "0.1", Family: "ai",
	// The client's own limit ends it, after half an hour.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("model_call_without_timeout.md"), Check: modelCallWithoutTimeout,
})

// bounding are arguments of clients and calls by which a program may set a limit of its own. A number of attempts is none:
// each of them may take its ten minutes.
var bounding = []string{"timeout", "request_timeout", "http_client", "_options", "http_options"}

// modelCallWithoutTimeout is about OpenAI's and Anthropic's clients, whose documentation gives ten minutes for each of three
// attempts. One finding for each entry and file.
func modelCallWithoutTimeout(p *rule.Pass) {
	from := p.Arrivals()
	if from.None() {
		return
	}
	clients := map[*facts.Op]client{}
	bounded := map[string]bool{} // libraries of which some client is given a limit
	made := map[string]bool{}
	waits := map[*link.File]bool{}
	for i := range p.Calls {
		c := &p.Calls[i]
		lib := library(c.Path)
		node := effects.Node(c.From)
		if c.Path == "asyncio.wait_for" || c.Path == "asyncio.timeout" || c.Path == "anyio.fail_after" || c.Path == "anyio.move_on_after" || c.Path == "asyncio.wait" {
			waits[p.FileOf(p.FuncOf(node))] = true
		}
		if lib == "" || c.Op.Code != facts.Call || c.Entity == nil || c.Entity.Kind != knowledge.Class && !strings.HasSuffix(c.Path, ".with_options") && !strings.HasSuffix(c.Path, ".copy") {
			continue
		}
		made[lib] = true
		limit := limited(p.FileOf(p.FuncOf(node)), c.Op)
		bounded[lib] = bounded[lib] || limit
		clients[c.Op] = client{c, limit}
	}
	if len(made) == 0 {
		return
	}
	var its client
	flow := p.NewFlow(func(v *rule.Value) string {
		if c, ok := clients[v.Op]; ok && v.Op != nil {
			its = c
			return "its client"
		}
		return ""
	})
	var once rule.Once
	for s, file := range models(p) {
		lib := library(s.Path)
		if lib == "" || !made[lib] || waits[file] || !from.Reaches(s.Node) || limited(file, s.Op) || rule.Keyword(file, s.Op, "stream") != 0 {
			continue
		}
		its = client{}
		if flow.From(file, facts.Ref(s.Op.A)); its.call == nil && bounded[lib] || its.limited {
			continue
		}
		before, entry := from.Way(s.Node), from.Entry(s.Node)
		x := p.At(p.FuncOf(s.Node), s.Op)
		x.Message = fmt.Sprintf("`%s` may hold %s (`%s`) for ten minutes and more: neither the call nor its client sets a limit, and by default an attempt lasts ten minutes and a failed one is repeated", rule.CalledAs(s), from.What(s.Node), p.Short(p.FuncOf(entry)))
		x.Help = "give the client limits that its callers can live with: `timeout=30, max_retries=1`"
		x.Witness = p.Frames(append(before, p.SiteStep(s)))
		if c := its.call; c != nil {
			at := p.At(p.FuncOf(effects.Node(c.From)), c.Op)
			x.Witness = append(x.Witness, diag.Frame{Function: p.Name(p.FuncOf(effects.Node(c.From))), File: at.File, Line: at.Line, Cell: at.Cell, Note: "makes its client without a limit"})
		}
		x.Group = p.Rule.Code + ":" + file.Path
		once.Report(p, x)
	}
}

// client is where one is made, and whether it is given a limit.
type client struct {
	call    *link.LibraryCall
	limited bool
}

// library is the client that a path is of; "" for those whose defaults are others.
func library(path string) string {
	for _, lib := range []string{"openai", "anthropic"} {
		if strings.HasPrefix(path, lib+".") {
			return lib
		}
	}
	return ""
}

// limited: a call is given a limit, or may be by **options.
func limited(file *link.File, op *facts.Op) bool {
	a := file.Facts.Args(op)
	if a.Stars != 0 {
		return true
	}
	for i := 0; i < len(a.Kw); i += 2 {
		if a.Kw[i] == 0 || slices.Contains(bounding, file.Facts.Str(a.Kw[i])) {
			return true
		}
	}
	return false
}
