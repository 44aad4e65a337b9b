package boundary

import (
	"fmt"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/inventory"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// requiredField is a field of a settings class (pydantic-settings) that has no default: without its environment variable, making
// the settings fails.
type requiredField struct {
	file  *link.File
	class *facts.Class
	field *facts.Field
	key   string
	work  []*inventory.Work // what makes the settings
}

// requiredFields are those of settings classes that work makes without arguments.
func requiredFields(p *rule.Pass) (out []requiredField) {
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	for _, file := range p.Files {
		if file.Test || file.Facts.Notebook != nil || runOnly(file.Path) {
			continue
		}
		for i := range file.Facts.Classes {
			class := &file.Facts.Classes[i]
			if len(class.Bases) != 1 {
				continue
			}
			switch flow.Dotted(file, class.Bases[0]) {
			case "pydantic_settings.BaseSettings", "pydantic.BaseSettings":
			default:
				continue
			}
			prefix, known := environmentPrefix(flow, file, class)
			if !known {
				continue
			}
			work := settingsMade(p, flow, file, class)
			if len(work) == 0 {
				continue
			}
			for k := range class.Fields {
				if field := &class.Fields[k]; field.Default == 0 && plainType(flow, file, field.Ann) {
					out = append(out, requiredField{file, class, field, strings.ToUpper(prefix + file.Facts.Str(field.Name)), work})
				}
			}
		}
	}
	return out
}

// environmentPrefix is what the class puts before the names of its fields; known is false when the program computes it, or takes
// the values from elsewhere.
func environmentPrefix(flow *rule.Flow, file *link.File, class *facts.Class) (prefix string, known bool) {
	of := func(r facts.Ref) (string, bool) {
		return file.Facts.Str(r.Index()), r.Tag() == facts.TagStr
	}
	for _, m := range class.Members {
		switch file.Facts.Str(m.Name) {
		case "settings_customise_sources", "customise_sources":
			return "", false
		case "model_config":
			call := flow.Made(file, m.Ref)
			if call == nil || call.Code != facts.Call || rule.OpenKeywords(file, call) || rule.Keyword(file, call, "secrets_dir") != 0 {
				return "", false
			}
			if r := rule.Keyword(file, call, "env_prefix"); r != 0 {
				return of(r)
			}
		}
	}
	for i := range file.Facts.Classes {
		if c := &file.Facts.Classes[i]; file.Facts.Str(c.QualName) == file.Facts.Str(class.QualName)+".Config" {
			for _, m := range c.Members {
				switch file.Facts.Str(m.Name) {
				case "secrets_dir", "customise_sources":
					return "", false
				case "env_prefix":
					d := flow.Def(file, m.Ref)
					if d == nil || d.Code != facts.Copy {
						return "", false
					}
					return of(facts.Ref(d.A))
				}
			}
		}
	}
	return "", true
}

// settingsMade is the work that makes settings of a class with no arguments.
func settingsMade(p *rule.Pass, flow *rule.Flow, file *link.File, class *facts.Class) []*inventory.Work {
	for _, f := range p.Files {
		if f.Test {
			continue
		}
		for b := range f.Facts.Funcs {
			fn := &f.Facts.Funcs[b]
			for o := fn.Ops[0]; o < fn.Ops[1]; o++ {
				op := &f.Facts.Ops[o]
				if op.Code != facts.Call {
					continue
				}
				if a := f.Facts.Args(op); len(a.Pos)+len(a.Kw) > 0 || !rule.AlwaysRuns(f, op, 0) {
					continue
				}
				at, global := flow.Global(f, facts.Ref(op.A))
				if at != file {
					continue
				}
				d := flow.Made(at, global)
				if d == nil || d.Code != facts.MakeClass || &at.Facts.Classes[d.A] != class {
					continue
				}
				if work := p.Inventory.Reaching(effects.Node(f.FirstFunc() + link.Func(b))); len(work) > 0 {
					return work
				}
			}
		}
	}
	return nil
}

// plainType: one value of the environment is the whole field; a model of its own has variables of its own.
func plainType(flow *rule.Flow, file *link.File, ann facts.Ref) bool {
	switch flow.Dotted(file, ann) {
	case "str", "int", "float", "bool", "pydantic.SecretStr", "pydantic.HttpUrl", "pydantic.AnyUrl", "pydantic.AnyHttpUrl", "pydantic.PostgresDsn", "pydantic.RedisDsn", "pydantic.MongoDsn", "pydantic.AmqpDsn":
		return true
	}
	return false
}

// report tells of a field that neither the example nor any other artifact names.
func (r *requiredField) report(p *rule.Pass, example string) {
	x := p.AtName(r.file.FirstFunc())
	x.File = r.file.Path
	x.Line, x.Cell = r.file.Facts.Place(r.field.Pos)
	x.Message = fmt.Sprintf("%s stops without `%s` (`%s.%s` has no default), which neither `%s` nor any compose file or manifest names", workNames(r.work), r.key, r.file.Facts.Str(r.class.Name), r.file.Facts.Str(r.field.Name), example)
	x.Help = fmt.Sprintf("add `%s=` to `%s`, with a word on what it is for", r.key, example)
	x.Group = p.Rule.Code + ":" + r.key
	p.Report(x)
}

// workNames are the first three of them, for a message.
func workNames(work []*inventory.Work) string {
	var names []string
	for _, w := range work {
		names = append(names, "`"+w.Name+"`")
	}
	return strings.Join(names[:min(3, len(names))], ", ")
}
