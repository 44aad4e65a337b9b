package effects

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

var sqlWrites = []string{"insert", "update", "delete", "create", "drop", "alter", "replace", "merge", "truncate", "copy", "grant", "revoke", "upsert", "vacuum", "reindex", "call", "lock", "refresh"}

// sqlKind decides between db and db.write from a statement's first word.
func sqlKind(f *link.File, a link.Arg, otherwise knowledge.EffectKind) knowledge.EffectKind {
	texts, _ := a.Strings()
	if len(texts) == 0 {
		texts = leadingTexts(f, a.Ref, 0)
	}
	for _, t := range texts {
		if sqlIsWrite(t) {
			return knowledge.DBWrite
		}
	}
	for _, t := range a.Types() {
		switch t[strings.LastIndexByte(t, '.')+1:] {
		case "Insert", "Update", "Delete":
			return knowledge.DBWrite
		}
	}
	if len(texts) > 0 {
		return knowledge.DB
	}
	return otherwise
}

// leadingTexts are the string literals that the value of a reference may begin with, where the value itself is not known
// but the way it is made is: f"UPDATE {table} …", "INSERT INTO " + table, "DELETE FROM {}".format(table), text("…").
func leadingTexts(f *link.File, r facts.Ref, depth int) []string {
	if r.Tag() == facts.TagStr {
		return []string{f.Facts.Str(facts.Str(r.Index()))}
	}
	if depth > 6 || r == 0 || !r.IsVar() {
		return nil
	}
	var out []string
	for i := range f.Facts.Ops {
		op := &f.Facts.Ops[i]
		if op.Dst != r {
			continue
		}
		switch op.Code {
		case facts.Copy:
			out = append(out, leadingTexts(f, facts.Ref(op.A), depth+1)...)
		case facts.BinOp:
			if o := ast.Operator(op.B); o == ast.Add || o == ast.Mod {
				out = append(out, leadingTexts(f, facts.Ref(op.A), depth+1)...)
			}
		case facts.Format:
			if parts, _ := f.Facts.Elems(op); len(parts) > 0 {
				out = append(out, leadingTexts(f, facts.Ref(parts[0]), depth+1)...)
			}
		case facts.Attr: // of "…".format
			out = append(out, leadingTexts(f, facts.Ref(op.A), depth+1)...)
		case facts.Call:
			texts := leadingTexts(f, facts.Ref(op.A), depth+1)
			if args := f.Facts.Args(op); len(texts) == 0 && len(args.Pos) > 0 {
				for _, t := range leadingTexts(f, facts.Ref(args.Pos[0]), depth+1) {
					if strings.ContainsAny(strings.TrimSpace(t), " \n\t") { // a statement, not the name of one
						texts = append(texts, t)
					}
				}
			}
			out = append(out, texts...)
		}
	}
	return out
}

func sqlIsWrite(text string) bool {
	t := strings.ToLower(strings.TrimLeft(text, " \t\r\n("))
	for strings.HasPrefix(t, "--") || strings.HasPrefix(t, "/*") {
		end := "\n"
		if t[0] == '/' {
			end = "*/"
		}
		i := strings.Index(t, end)
		if i < 0 {
			return false
		}
		t = strings.TrimLeft(t[i+len(end):], " \t\r\n(")
	}
	word := t
	for i := 0; i < len(t); i++ {
		if t[i] < 'a' || t[i] > 'z' {
			word = t[:i]
			break
		}
	}
	if word == "with" {
		return strings.Contains(t, "insert into") || strings.Contains(t, "delete from") || strings.Contains(t, "update ") && strings.Contains(t, " set ")
	}
	if word == "select" {
		return strings.Contains(t, " into ") && !strings.Contains(t, "insert into")
	}
	for _, w := range sqlWrites {
		if w == word {
			return true
		}
	}
	return false
}
