package security

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW502", Name: "unsafe-deserialization", Since: "0.1", Family: "security",
	Doc: docs.Read("unsafe_deserialization.md"), Check: unsafeDeserialization,
})

func unsafeDeserialization(p *rule.Pass) {
	own := writers(p)
	var once rule.Once
	for i := range p.Sites {
		s := &p.Sites[i]
		file := p.File(s.Node)
		if s.Kind != knowledge.Deserialize || s.Call == nil || file.Test || file.Facts.Notebook != nil || !isUnsafe(s) {
			continue
		}
		lib := library(s.Path)
		if lib == "" {
			continue
		}
		f := p.FuncOf(s.Node)
		origin := origin{p: p, seen: map[effects.Node]bool{}}
		from := ""
		a := s.Call.Arg(s.Effect.Sink)
		if !a.Given {
			a = s.Call.Pos(0)
		}
		if a.Given {
			from = origin.of(s.Node, a.Ref, 0)
		}
		yaml := lib == "yaml"
		if yaml && s.Op.Code == facts.Call && rule.OpenKeywords(file, s.Op) && !given(s.Call, "Loader") {
			continue // **options may name a safe loader
		}
		if yaml && given(s.Call, "Loader") && s.Call.May(fullLoader) {
			continue
		}
		// What the program wrote itself it may read, unless it came from outside.
		if from == "" && !yaml {
			if own[writer{file, lib}] || own[writer{nil, lib}] || origin.literal || !origin.param {
				continue
			}
		}
		if from == "" && yaml && origin.literal {
			continue
		}
		x := p.At(f, s.Op)
		x.Certainty = s.Certainty
		if from == "" {
			x.Certainty, x.ByForm = diag.Likely, true
			from = "data whose writer is not this program"
			if yaml {
				from = "any Python object that a document names"
			}
		}
		x.Message = fmt.Sprintf("`%s` rebuilds %s: whoever can change that data runs code in this process", rule.CalledAs(s), from)
		x.Help = saferForm(lib)
		x.Fixes = safeLoader(p, f, s)
		x.Witness = p.Frames([]effects.Step{p.SiteStep(s)})
		x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, s.Op.Pos)
		once.Report(p, x)
	}
}

// fullLoader makes tuples and names functions, and since PyYAML 5.4 (2021, CVE-2020-14343) calls nothing that a document names.
var fullLoader = &knowledge.Condition{Param: "Loader", Op: knowledge.Equals, Values: []knowledge.Literal{{Kind: knowledge.LitString, Text: "FullLoader"}, {Kind: knowledge.LitString, Text: "CFullLoader"}}}

// isUnsafe: by the catalogue, this variant of the call can run code.
func isUnsafe(s *effects.Site) bool {
	if s.Entity == nil {
		return false
	}
	us := s.Entity.Unsafe
	if len(us) == 0 {
		return true
	}
	for i := range us {
		if us[i].When != nil && !s.Call.May(us[i].When) {
			continue
		}
		if us[i].Safe != nil && s.Call.May(us[i].Safe) && given(s.Call, us[i].Safe.Param) {
			continue
		}
		return true
	}
	return false
}

// safeLoader names the safe loader where a loader is named that is not.
func safeLoader(p *rule.Pass, f link.Func, s *effects.Site) []diag.Fix {
	if s.Path != "yaml.load" && s.Path != "yaml.load_all" || s.Op.Code != facts.Call || s.Call.Pos(1).Given {
		return nil
	}
	file := p.FileOf(f)
	for i := range file.Facts.Imports {
		im := &file.Facts.Imports[i]
		if file.Facts.Str(im.Module) == "yaml" && im.Name == 0 && im.Level == 0 && im.Func == 0 && im.Ctx == 0 && !im.Alias {
			return []diag.Fix{{Message: "load with `Loader=yaml.SafeLoader`: documents that name Python objects raise an exception instead of making them",
				Changes: []diag.Change{{Kind: diag.SetKeyword, File: file.Path, Span: diag.Span{Start: s.Op.Pos, End: s.Op.Pos + uint32(s.Op.Len)}, Name: "Loader", Text: "yaml.SafeLoader"}}}}
		}
	}
	return nil
}

func given(c *link.LibraryCall, param string) bool {
	return c.Arg(param).Given || c.Keyword(param).Given
}

func library(path string) string {
	switch {
	case rule.HasPrefix(path, "pickle", "_pickle", "cPickle", "cloudpickle", "dill", "pandas"):
		return "pickle"
	case rule.HasPrefix(path, "yaml", "ruamel"):
		return "yaml"
	case rule.HasPrefix(path, "torch"):
		return "torch"
	case rule.HasPrefix(path, "joblib", "sklearn"):
		return "joblib"
	case rule.HasPrefix(path, "marshal"):
		return "marshal"
	case rule.HasPrefix(path, "numpy"):
		return "numpy"
	case rule.HasPrefix(path, "jsonpickle"):
		return "jsonpickle"
	}
	return "" // shelve, profiles and traces: files of the program's own
}

func saferForm(lib string) string {
	switch lib {
	case "yaml":
		return "use `yaml.safe_load(…)`"
	case "torch":
		return "use `torch.load(…, weights_only=True)`, or weights in the safetensors format"
	case "numpy":
		return "use `numpy.load(…, allow_pickle=False)`"
	case "joblib":
		return "load it only from where you alone can write and check its digest first, or export the model to ONNX or skops"
	}
	return "use JSON or another format that carries data only, or check a signature (`hmac.compare_digest`) before loading"
}

type writer struct {
	file *link.File
	lib  string
}

// writers are the files, and with nil the program, that write in a library's format.
func writers(p *rule.Pass) map[writer]bool {
	out := map[writer]bool{}
	for i := range p.Calls {
		c := &p.Calls[i]
		switch c.Path[strings.LastIndexByte(c.Path, '.')+1:] {
		case "dump", "dumps", "save", "to_pickle", "Pickler", "savez", "savez_compressed":
			if lib := library(c.Path); lib != "" && !p.File(effects.Node(c.From)).Test {
				out[writer{p.File(effects.Node(c.From)), lib}] = true
				out[writer{nil, lib}] = true
			}
		}
	}
	return out
}

// origin follows a value back to what gave it, through the block and its callers.
type origin struct {
	p       *rule.Pass
	seen    map[effects.Node]bool
	literal bool // a path or text that the program itself holds
	param   bool // something that a caller gives and that was not followed to its end
}

func (o *origin) of(n effects.Node, r facts.Ref, depth int) string {
	p := o.p
	if !r.IsVar() {
		o.literal = o.literal || r != 0
		return ""
	}
	if depth > 20 {
		return ""
	}
	f := p.FuncOf(n)
	file, fn := p.FileOf(f), p.Facts(f)
	for i := range fn.Params {
		if fn.Params[i].Var != r {
			continue
		}
		o.param = true
		if o.seen[n] {
			return ""
		}
		o.seen[n] = true
		for _, k := range p.InEdges(n) {
			e := &p.Edges[k]
			if e.Op.Code != facts.Call || e.Mode != link.Called || p.File(e.From).Test {
				continue
			}
			if a, ok := argument(p.File(e.From), e.Op, fn, file, i); ok {
				if from := o.of(e.From, a, depth+1); from != "" {
					return from
				}
			}
		}
		return ""
	}
	op := rule.DefOf(file, fn, r)
	if op == nil {
		return ""
	}
	for _, i := range p.CallsAt(op) {
		c := &p.Calls[i]
		if c.Entity == nil {
			continue
		}
		switch c.Entity.Taint {
		case "user":
			return "what a client sent (`" + c.DisplayPath() + "`)"
		case "external":
			return "what another service sent (`" + c.DisplayPath() + "`)"
		case "db":
			return "what the database holds (`" + c.DisplayPath() + "`)"
		case "model":
			return "what a model wrote (`" + c.DisplayPath() + "`)"
		}
		if (c.Path == "open" || strings.HasSuffix(c.Path, ".open")) && c.Pos(0).Given {
			if from := o.of(n, c.Pos(0).Ref, depth+1); from != "" {
				return "the file that " + from + " names"
			}
			return "" // the other arguments are no data
		}
	}
	switch op.Code {
	case facts.Attr, facts.Copy, facts.Item, facts.Await, facts.Enter, facts.Narrow, facts.Slice, facts.Iter, facts.Unpack:
		return o.of(n, facts.Ref(op.A), depth+1)
	case facts.Call:
		// A method of a value gives a part of it: response.content.read(), text.encode().
		if callee := rule.DefOf(file, fn, facts.Ref(op.A)); callee != nil && callee.Code == facts.Attr {
			if from := o.of(n, facts.Ref(callee.A), depth+1); from != "" {
				return from
			}
		}
		for _, a := range file.Facts.Args(op).Pos {
			if from := o.of(n, facts.Ref(a), depth+1); from != "" {
				return from
			}
		}
	}
	return ""
}
