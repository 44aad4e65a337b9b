package http

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW304", Name: "request-body-written-unchecked", Since: "0.1", Family: "http", Severity: rule.Unproven,
	Doc: docs.Read("request_body_written_unchecked.md"), Check: requestBodyWrittenUnchecked,
})

// bodies are attributes and methods of a request by which its whole body is had.
var bodies = []string{"json", "get_json", "form", "POST", "data", "body", "values", "get_data"}

// checking are parts of the names of what checks a body.
var checking = []string{"valid", "schema", "check", "sanit", "clean", "serializer"}

// requestBodyWrittenUnchecked follows the body of a request, as a whole, into a record: whoever sends it chooses the fields.
func requestBodyWrittenUnchecked(p *rule.Pass) {
	flow := p.NewFlow(func(v *rule.Value) string {
		name := v.Attr()
		if v.Param != nil || !slices.Contains(bodies, name) || v.File.Test {
			return ""
		}
		switch v.Of() {
		case "flask.request", "quart.request", "bottle.request":
			return "`request." + name + "`"
		}
		if _, par := v.OfParam(); par != nil && v.File.Facts.Str(par.Name) == "request" || v.OfAttr("request") {
			return "`request." + name + "`"
		}
		return ""
	})
	flow.Stop = func(v *rule.Value) bool { return v.Op != nil && !untouched(flow, v.File, v.Op) }
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		if file.Facts.Notebook != nil {
			return
		}
		a := file.Facts.Args(op)
		var whole facts.Ref
		how := ""
		for i := 0; i+1 < len(a.Kw); i += 2 {
			if a.Kw[i] == 0 && recordMaker(p, op) {
				whole, how = facts.Ref(a.Kw[i+1]), "**"
			}
		}
		if whole == 0 {
			if _, method := flow.Method(file, op); (method == "insert_one" || method == "replace_one" || method == "insert_many" || method == "insert") && document(p, op) {
				at := 0
				if method == "replace_one" {
					at = 1
				}
				whole = rule.Pos(file, op, at)
			}
		}
		if whole == 0 {
			whole = storedItem(p, file, op)
		}
		if whole == 0 {
			return
		}
		o := flow.From(file, whole)
		if o == nil || flow.CallsNamed(file, p.Facts(f), checking...) || checkedWhereTaken(p, flow, o) {
			return
		}
		name := flow.Called(file, op)
		name = strings.TrimPrefix(name[strings.LastIndexByte(name, '.')+1:], "__init__")
		p.ReportFlow(f, op, o, "`"+name+"`", fmt.Sprintf("`%s` takes the whole of %s (`%s%s`): whoever sends the request chooses the fields, also those that are not theirs to set", p.Short(f), o.What, how, "body"),
			"check it against a schema first (pydantic, marshmallow, a form or serializer) and write what the schema lets through")
	})
}

// recordMaker: the call makes or changes a record of a table, with its keyword arguments as fields.
func recordMaker(p *rule.Pass, op *facts.Op) bool {
	for _, i := range p.CallsAt(op) {
		c := &p.Calls[i]
		last := c.Path[strings.LastIndexByte(c.Path, '.')+1:]
		if rule.HasPrefix(c.Path, "django.db.models", "tortoise", "peewee") && slices.Contains([]string{"create", "acreate", "update", "aupdate", "get_or_create", "update_or_create", "Model"}, last) {
			return true
		}
		if c.Entity != nil && c.Entity.Kind == knowledge.Class && c.Entity.Traits&knowledge.ORM != 0 {
			return true
		}
	}
	return false
}

func document(p *rule.Pass, op *facts.Op) bool {
	for _, i := range p.CallsAt(op) {
		if rule.HasPrefix(p.Calls[i].Path, "pymongo", "motor") {
			return true
		}
	}
	return false
}

// storedItem is the record that a call stores in a table of DynamoDB.
func storedItem(p *rule.Pass, file *link.File, op *facts.Op) facts.Ref {
	for _, i := range p.CallsAt(op) {
		if path := p.Calls[i].Path; strings.HasSuffix(path, ".put_item") && rule.HasPrefix(path, "boto3", "aioboto3") {
			return rule.Keyword(file, op, "Item")
		}
	}
	return 0
}

// untouched: the operation hands on the body, or a copy of it: nothing is taken out, put in or checked by it.
func untouched(flow *rule.Flow, file *link.File, op *facts.Op) bool {
	switch op.Code {
	case facts.Copy, facts.Await:
		return true
	case facts.Call:
		switch _, method := flow.Method(file, op); method {
		case "get_json", "json", "get_data", "to_dict", "copy", "dict":
			return true
		}
		switch flow.Called(file, op) {
		case "dict", "json.loads":
			return true
		}
	}
	return false
}

// checkedWhereTaken: the function that takes the body from the request, and hands it on, has it checked.
func checkedWhereTaken(p *rule.Pass, flow *rule.Flow, o *rule.Origin) bool {
	if o.Op == nil {
		return false
	}
	for _, file := range p.Files {
		if file.Path != o.Frames[0].File {
			continue
		}
		k := file.Facts.IndexOf(o.Op)
		for i := range file.Facts.Funcs {
			if fn := &file.Facts.Funcs[i]; k >= int(fn.Ops[0]) && k < int(fn.Ops[1]) {
				return flow.CallsNamed(file, fn, checking...)
			}
		}
	}
	return false
}
