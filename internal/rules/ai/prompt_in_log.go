package ai

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW557", Name: "prompt-in-log", Since: "0.1", Family: "ai",
	// Whether the text may be kept there is a question of law and contract that code does not answer.
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("prompt_in_log.md"), Check: promptInLog,
})

// promptInLog looks for log lines that are given what a model is given, or what it answers.
func promptInLog(p *rule.Pass) {
	type variable struct {
		file *link.File
		ref  facts.Ref
	}
	asked := map[*facts.Op]string{}
	prompts := map[variable]string{}
	for s, file := range models(p) {
		asked[s.Op] = rule.CalledAs(s)
		for _, r := range given(file, s.Op) {
			for _, r := range append(said(file, p.Facts(p.FuncOf(s.Node)), r, 0), r) {
				if r.IsVar() {
					prompts[variable{file, r}] = rule.CalledAs(s)
				}
			}
		}
	}
	if len(asked) == 0 {
		return
	}
	flow := p.NewFlow(func(v *rule.Value) string {
		if v.Op != nil {
			if name := asked[v.Op]; name != "" {
				return "what `" + name + "` answers"
			}
			if name := prompts[variable{v.File, v.Op.Dst}]; name != "" {
				return "what `" + name + "` is asked"
			}
			return ""
		}
		if name := prompts[variable{v.File, v.Param.Var}]; name != "" {
			return "what `" + name + "` is asked"
		}
		return ""
	})
	flow.Stop = func(v *rule.Value) bool { return structure(flow, v) }
	told := map[*facts.Op]bool{}
	for i := range p.Sites {
		s := &p.Sites[i]
		file := p.File(s.Node)
		if s.Kind != knowledge.Log || s.Call == nil || told[s.Op] || s.Op.Code != facts.Call || file.Test || file.Facts.Notebook != nil || rule.InDir(file.Path, "examples", "example", "docs", "tutorials", "samples", "demo", "scripts", "evals", "benchmarks") {
			continue
		}
		switch s.Path[strings.LastIndexByte(s.Path, '.')+1:] {
		case "info", "warning", "warn", "error", "exception", "critical", "log", "success":
		default:
			continue
		}
		told[s.Op] = true
		for _, r := range rule.Given(file, s.Op) { // by name: structlog's and loguru's fields, and extra=
			o := flow.From(file, r)
			if o == nil || counted(flow, file, r) {
				continue
			}
			f := p.FuncOf(s.Node)
			x := p.At(f, s.Op)
			x.Message = fmt.Sprintf("`%s` writes %s to the log: what people ask and are told is then read by everybody who reads the logs", rule.CalledAs(s), o.What)
			x.Help = "log the length, the model, the cost and an identifier; keep the text where access and deletion are arranged"
			x.Witness = append(slices.Clone(o.Frames), diag.Frame{Function: p.Name(f), File: x.File, Line: x.Line, Cell: x.Cell, Note: "calls " + rule.CalledAs(s)})
			p.Report(x)
			break
		}
	}
}

// said are the texts of messages that are written out where a model is asked: [{"role": "user", "content": text}].
func said(file *link.File, fn *facts.Func, r facts.Ref, depth int) []facts.Ref {
	d := rule.DefOf(file, fn, r)
	if d == nil || depth > 2 {
		return nil
	}
	var out []facts.Ref
	switch d.Code {
	case facts.MakeList:
		elems, _ := file.Facts.Elems(d)
		for _, e := range elems {
			out = append(out, said(file, fn, facts.Ref(e), depth+1)...)
		}
	case facts.MakeDict:
		items := file.Facts.Items(d)
		for i := 0; i+1 < len(items); i += 2 {
			if k := facts.Ref(items[i]); k.Tag() == facts.TagStr && file.Facts.Str(k.Index()) == "content" {
				out = append(out, facts.Ref(items[i+1]))
			}
		}
	}
	return out
}

// structural are attributes and keys of answers that hold what a program reads and no text for people: names, numbers, and
// what a tool is called with.
var structural = []string{"usage", "model", "id", "type", "name", "arguments", "input", "role", "index", "status", "finish_reason", "stop_reason", "created", "object", "function", "tool_calls", "tool", "action"}

// structure: the value is read out of an answer under one of these.
func structure(flow *rule.Flow, v *rule.Value) bool {
	op := v.Op
	if op == nil {
		return false
	}
	key := facts.Ref(0)
	switch op.Code {
	case facts.Attr:
		return slices.Contains(structural, v.Attr())
	case facts.Item:
		key = facts.Ref(op.C)
	case facts.Call:
		if _, name := flow.Method(v.File, op); name == "get" {
			key = rule.Pos(v.File, op, 0)
		}
	}
	return key.Tag() == facts.TagStr && slices.Contains(structural, v.File.Facts.Str(key.Index()))
}

// wording are attributes of answers, and of what they hold, that lead to their text.
var wording = []string{"choices", "message", "messages", "content", "contents", "text", "output", "outputs", "output_text", "delta", "data", "response", "answer", "parts", "candidates", "generations", "completion", "result", "body", "prompt", "reply", "strip", "lower", "format", "value"}

// counted: what is logged of an answer is a number or a name in it: response.usage, response.model.
func counted(flow *rule.Flow, file *link.File, r facts.Ref) bool {
	number := false
	var visit func(r facts.Ref, depth int)
	visit = func(r facts.Ref, depth int) {
		d := flow.Def(file, r)
		if d == nil || depth > 12 {
			return
		}
		switch d.Code {
		case facts.Attr:
			number = number || !slices.Contains(wording, file.Facts.Str(d.B))
			visit(facts.Ref(d.A), depth+1)
		case facts.Copy, facts.Await, facts.Item:
			visit(facts.Ref(d.A), depth+1)
		case facts.Format, facts.MakeTuple:
			elems, _ := file.Facts.Elems(d)
			for _, e := range elems {
				visit(facts.Ref(e), depth+1)
			}
		case facts.BinOp:
			visit(facts.Ref(d.A), depth+1)
			visit(facts.Ref(d.C), depth+1)
		}
	}
	visit(r, 0)
	return number
}
