package ai

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW551", Name: "model-output-executed", Since: "0.1", Family: "ai", Severity: rule.Unproven,
	Doc: docs.Read("model_output_executed.md"), Check: modelOutputExecuted,
})

// asking are the operations that ask a model, by what they call; an embedding is numbers, and says nothing.
func asking(p *rule.Pass) map[*facts.Op]string {
	out := map[*facts.Op]string{}
	for i := range p.Sites {
		if s := &p.Sites[i]; s.Kind == knowledge.LLM && s.Call != nil && !strings.Contains(s.Path[strings.LastIndexByte(s.Path, '.')+1:], "embed") && !strings.Contains(s.Path, "mbeddings.") {
			out[s.Op] = rule.CalledAs(s)
		}
	}
	return out
}

func modelOutputExecuted(p *rule.Pass) {
	asked := asking(p)
	if len(asked) == 0 {
		return
	}
	flow := p.NewFlow(func(v *rule.Value) string {
		if v.Op != nil {
			if name := asked[v.Op]; name != "" {
				return "what `" + name + "` answers"
			}
		}
		return ""
	})
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		name := flow.Called(file, op)
		r, does, help := flow.ShellCommand(file, op, name), "gives a shell", "let the model choose among commands that you wrote, and check the arguments it names"
		if r == 0 {
			r, does, help = flow.Code(file, op, name), "runs as code", "run it where it can reach nothing: another process or container without network, files and secrets"
		}
		if r == 0 {
			r, does, help = flow.Pickled(file, op, name), "rebuilds objects from", "ask for JSON and check it against a schema"
		}
		if r == 0 {
			if r = changedPath(flow, file, op, name); r != 0 && checksPath(flow, file, p.Facts(f)) {
				return
			}
			does, help = "changes the file that is named by", "put together the path yourself, and refuse what leaves its directory: `path.resolve().is_relative_to(root)`"
		}
		if r == 0 {
			if r, name = flow.SQLQuery(file, op); r == 0 {
				return
			}
			does, help = "runs as a query", "run it as a database user who may only read what the asker may see, with a limit on time and rows"
		}
		if o := flow.From(file, r); o != nil {
			p.ReportFlow(f, op, o, name, fmt.Sprintf("`%s` %s %s: whoever can write a part of the prompt decides what it is", name, does, o.What), help)
		}
	})
}

// changedPath is the path that a call writes to or deletes, 0 for any other call.
func changedPath(flow *rule.Flow, file *link.File, op *facts.Op, name string) facts.Ref {
	switch name {
	case "open", "io.open", "aiofiles.open", "aiofiles.threadpool.open":
		if mode := rule.Argument(file, op, 1, "mode"); mode.Tag() == facts.TagStr && strings.ContainsAny(file.Facts.Str(mode.Index()), "wax+") {
			return rule.Argument(file, op, 0, "file")
		}
	case "os.remove", "os.unlink", "shutil.rmtree":
		return rule.Argument(file, op, 0, "path")
	case "pathlib.Path.write_text", "pathlib.Path.write_bytes", "pathlib.Path.unlink":
		path, _ := flow.Method(file, op)
		return path
	}
	return 0
}

// checksPath: the function refuses something, or calls what keeps a path where it belongs or makes a name of its own.
func checksPath(flow *rule.Flow, file *link.File, fn *facts.Func) bool {
	for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
		if file.Facts.Ops[o].Code == facts.Raise {
			return true
		}
	}
	return flow.CallsNamed(file, fn, "resolve", "relative", "basename", "realpath", "abspath", "commonpath", "safe", "sanit", "slug", "valid", "check", "allow", "startswith", "replace", "match", "sub")
}
