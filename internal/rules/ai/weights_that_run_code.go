package ai

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW554", Name: "weights-that-run-code", Since: "0.1", Family: "ai", Severity: rule.Unproven,
	Doc: docs.Read("weights_that_run_code.md"), Check: weightsThatRunCode,
})

func weightsThatRunCode(p *rule.Pass) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	fetched := p.NewFlow(func(v *rule.Value) string {
		if v.Op != nil && v.Op.Code == facts.Call && flow.Dotted(v.File, facts.Ref(v.Op.A)) == "huggingface_hub.hf_hub_download" && !fixed(v.File, v.Op) {
			return "the Hugging Face Hub (`hf_hub_download`), as it is on the day it is loaded"
		}
		return ""
	})
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		name := flow.Called(file, op)
		last := name[strings.LastIndexByte(name, '.')+1:]
		x := p.At(f, op)
		switch {
		case rule.Keyword(file, op, "trust_remote_code").Is(facts.ConstTrue) && !fixed(file, op) && !strings.HasSuffix(name, "GenerationConfig.from_pretrained") && rule.HasPrefix(name, "transformers", "sentence_transformers", "datasets", "huggingface_hub", "vllm"):
			x.Message = fmt.Sprintf("`%s` runs Python files that come with the model, as they are on the day it is loaded: `trust_remote_code=True` names no `revision`", last)
			x.Help = "read the model's code and name the commit that you read: `revision=\"<hash>\"`"
		case name == "torch.load" && rule.Keyword(file, op, "weights_only").Is(facts.ConstFalse), name == "torch.serialization.load" && rule.Keyword(file, op, "weights_only").Is(facts.ConstFalse):
			x.Message = "`torch.load` with `weights_only=False` calls whatever functions the file names"
			x.Help = "store a `state_dict` and load it with `weights_only=True`, or use the safetensors format"
		default:
			r := flow.Pickled(file, op, name)
			if r == 0 {
				return
			}
			o := fetched.From(file, r)
			if o == nil {
				return
			}
			p.ReportFlow(f, op, o, "`"+name+"`", fmt.Sprintf("`%s` calls whatever functions a file names that comes from %s", last, o.What), "load a format that holds numbers only (safetensors, ONNX), or name the commit whose file you have checked: `revision=\"<hash>\"`")
			return
		}
		p.Report(x)
	})
}

// fixed: the call names a revision, as **options may, or takes its code from this machine only.
func fixed(file *link.File, op *facts.Op) bool {
	r := rule.Keyword(file, op, "revision")
	c := rule.Keyword(file, op, "code_revision")
	if rule.Keyword(file, op, "local_files_only").Is(facts.ConstTrue) || rule.OpenKeywords(file, op) {
		return true
	}
	moving := func(r facts.Ref) bool {
		return r == 0 || r.Is(facts.ConstNone) || r.Tag() == facts.TagStr && (file.Facts.Str(r.Index()) == "main" || file.Facts.Str(r.Index()) == "master")
	}
	return !moving(r) || !moving(c)
}
