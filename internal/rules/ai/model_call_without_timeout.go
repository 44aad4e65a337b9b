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
var bounding = []string{"timeout", "request_timeout", "default_request_timeout", "http_client", "http_async_client", "_options", "http_options"}

// modelCallWithoutTimeout is about OpenAI's and Anthropic's clients, whose documentation gives ten minutes for each of three
// attempts, about LangChain's models over them, and about LiteLLM's functions, which wait as long and need no client. One finding
// for each entry and file.
func modelCallWithoutTimeout(p *rule.Pass) {
	from := p.Arrivals()
	if from.None() {
		return
	}
	clients := map[*facts.Op]client{}
	var order []*link.LibraryCall
	bounded := map[string]bool{} // libraries of which some client is given a limit
	made := map[string]bool{}
	waits := map[*link.File]bool{}
	for i := range p.Calls {
		c := &p.Calls[i]
		lib := library(c.Path)
		file := p.File(effects.Node(c.From))
		if c.Path == "asyncio.wait_for" || c.Path == "asyncio.timeout" || c.Path == "anyio.fail_after" || c.Path == "anyio.move_on_after" || c.Path == "asyncio.wait" {
			waits[file] = true
		}
		if lib == "" || c.Op.Code != facts.Call || c.Entity == nil || c.Entity.Kind != knowledge.Class && !strings.HasSuffix(c.Path, ".with_options") && !strings.HasSuffix(c.Path, ".copy") {
			continue
		}
		made[lib] = true
		limit := limited(file, c.Op)
		bounded[lib] = bounded[lib] || limit
		clients[c.Op] = client{c, limit}
		order = append(order, c)
	}
	made["litellm"] = true
	bounded["litellm"] = bounded["litellm"] || setsLiteLLM(p)
	flow := p.NewFlow(func(v *rule.Value) string {
		if v.Op != nil && clients[v.Op].call != nil {
			return "its client"
		}
		return ""
	})
	var once rule.Once
	judged := map[*facts.Op]bool{} // clients of which some call has a limit, or is on a known way
	for s, file := range models(p) {
		lib := library(s.Path)
		if lib == "" || !made[lib] || waits[file] {
			continue
		}
		var its client
		if o := flow.From(file, facts.Ref(s.Op.A)); o != nil {
			its = clients[o.Op]
		}
		fine := limited(file, s.Op) || rule.Keyword(file, s.Op, "stream") != 0 || its.limited
		if its.call != nil && (fine || from.Reaches(s.Node)) {
			judged[its.call.Op] = true
		}
		if fine || !from.Reaches(s.Node) || its.call == nil && bounded[lib] {
			continue
		}
		before := from.Way(s.Node)
		x := p.At(p.FuncOf(s.Node), s.Op)
		x.Message = fmt.Sprintf("`%s` may hold %s (`%s`) for ten minutes and more: neither the call nor its client sets a limit, and by default an attempt lasts ten minutes and a failed one is repeated", rule.CalledAs(s), from.What(s.Node), p.Short(from.For(p, s.Node)))
		x.Help = limitHelp
		x.Witness = p.Frames(append(before, p.SiteStep(s)))
		if c := its.call; c != nil {
			at := p.At(p.FuncOf(effects.Node(c.From)), c.Op)
			x.Witness = append(x.Witness, diag.Frame{Function: p.Name(p.FuncOf(effects.Node(c.From))), File: at.File, Line: at.Line, Cell: at.Cell, Note: "makes its client without a limit"})
		}
		x.Group = p.Rule.Code + ":" + file.Path
		once.Report(p, x)
	}
	for _, c := range order {
		// client.with_options(timeout=10).models.list() has a limit, whatever the client has.
		if file := p.File(effects.Node(c.From)); clients[c.Op].limited && !isClient(c.Path) {
			recv, _ := flow.Method(file, c.Op)
			if o := flow.From(file, recv); o != nil {
				judged[o.Op] = true
			}
		}
	}
	// A client whose calls no known way leads to, as behind a table of providers, is judged where it is made.
	for _, c := range order {
		node := effects.Node(c.From)
		file := p.File(node)
		if clients[c.Op].limited || judged[c.Op] || waits[file] || !isClient(c.Path) || file.Test || file.Facts.Notebook != nil || p.IsMain(node) || byHand(file.Path) {
			continue
		}
		x := p.At(p.FuncOf(node), c.Op)
		x.Certainty, x.ByForm = diag.Likely, true
		x.Message = fmt.Sprintf("`%s` is made without a limit: by default an attempt lasts ten minutes and a failed one is repeated, and whoever asks waits as long", c.DisplayPath())
		x.Help = limitHelp
		x.Group = p.Rule.Code + ":" + file.Path
		once.Report(p, x)
	}
}

const limitHelp = "give the client limits that its callers can live with: `timeout=30, max_retries=1`"

// isClient: the class makes a client, and nothing else of its library.
func isClient(path string) bool {
	last := path[strings.LastIndexByte(path, '.')+1:]
	return strings.HasSuffix(last, "OpenAI") || strings.Contains(last, "Anthropic")
}

// setsLiteLLM: the program sets the limit of all of LiteLLM's calls (`litellm.request_timeout = 30`).
func setsLiteLLM(p *rule.Pass) bool {
	for _, f := range p.Files {
		for i := range f.Facts.Ops {
			if op := &f.Facts.Ops[i]; op.Code == facts.SetAttr && f.Facts.Str(op.B) == "request_timeout" {
				return true
			}
		}
	}
	return false
}

// byHand: whoever starts the file sees that it waits, and can stop it.
func byHand(path string) bool {
	return rule.InDir(strings.ToLower(path), "examples", "example", "docs", "scripts", "tools", "benchmarks", "benchmark", "evals", "evaluation", "cookbook", "notebooks", "tutorials", "samples", "demo")
}

// client is where one is made, and whether it is given a limit.
type client struct {
	call    *link.LibraryCall
	limited bool
}

// library is the client that a path is of; "" for those whose defaults are others.
func library(path string) string {
	for _, lib := range []string{"openai", "anthropic", "langchain_openai", "langchain_anthropic", "litellm"} {
		if strings.HasPrefix(path, lib+".") {
			return lib
		}
	}
	return ""
}

// limited: a call is given a limit, or may be by **options.
func limited(file *link.File, op *facts.Op) bool {
	return rule.OpenKeywords(file, op) || slices.ContainsFunc(bounding, func(name string) bool { return rule.Keyword(file, op, name) != 0 })
}
