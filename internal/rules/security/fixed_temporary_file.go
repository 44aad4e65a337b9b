package security

import (
	"fmt"
	"path"
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
	Code: "RW807", Name: "fixed-temporary-file", Since: "0.1", Family: "security", Severity: rule.Unproven,
	Doc: docs.Read("fixed_temporary_file.md"), Check: fixedTemporaryFile,
})

// fixedTemporaryFile looks, on the way of requests and jobs, for files that are written in the directory which all users of a
// machine share, under a name that is the same for every request.
func fixedTemporaryFile(p *rule.Pass) {
	from := p.Arrivals()
	if from.None() {
		return
	}
	flow := p.NewFlow(func(*rule.Value) string { return "" })
	var once rule.Once
	told := map[*facts.Op]bool{}
	for i := range p.Sites {
		s := &p.Sites[i]
		if s.Kind != knowledge.FSWrite || s.Call == nil || s.Certainty != diag.Proved || told[s.Op] || !from.Reaches(s.Node) || p.File(s.Node).Test {
			continue
		}
		at := shared(flow, p.File(s.Node), s)
		if at == "" {
			continue
		}
		told[s.Op] = true
		before := from.Way(s.Node)
		x := p.At(p.FuncOf(s.Node), s.Op)
		x.Message = fmt.Sprintf("`%s` writes `%s` for every run of `%s`: two at the same time mix their data, and any user of the machine can put a link or a file of their own there first", rule.CalledAs(s), at, p.Short(from.For(p, s.Node)))
		x.Help = "use `tempfile.NamedTemporaryFile()` or `tempfile.TemporaryDirectory()`, which make a name that nobody else has"
		x.Witness = p.Frames(append(before, p.SiteStep(s)))
		x.Group = p.Rule.Code + ":" + at
		once.Report(p, x)
	}
}

// shared is the path that a site writes, if it is one text below the shared directory.
func shared(flow *rule.Flow, file *link.File, s *effects.Site) string {
	switch s.Path[strings.LastIndexByte(s.Path, '.')+1:] {
	case "open", "write_text", "write_bytes", "savefig", "to_csv", "to_parquet", "to_excel", "to_json", "dump", "save", "imwrite", "copy", "copyfile", "touch":
	default:
		return ""
	}
	if strings.HasSuffix(s.Path, "open") {
		modes, _ := s.Call.Pos(1).Strings()
		if m, _ := s.Call.Keyword("mode").Strings(); len(m) > 0 {
			modes = m
		}
		if slices.ContainsFunc(modes, func(m string) bool { return strings.ContainsAny(m, "ax") }) {
			return "" // lines are added on purpose; x refuses what is there
		}
	}
	for _, a := range []string{"file", "path", "path_or_buf", "filename", "fname", "dst"} {
		if t := one(s, s.Call.Arg(a).Strings); t != "" {
			return t
		}
	}
	for n := range 2 {
		if t := one(s, s.Call.Pos(n).Strings); t != "" {
			return t
		}
	}
	return one(s, func() ([]string, bool) { return joined(flow, file, rule.Pos(file, s.Op, 0)), false })
}

// joined is the path that os.path.join makes of texts that are written out; nil for any other value.
func joined(flow *rule.Flow, file *link.File, r facts.Ref) []string {
	made := flow.Made(file, r)
	if made == nil || made.Code != facts.Call || flow.Called(file, made) != "os.path.join" {
		return nil
	}
	var parts []string
	for _, a := range file.Facts.Args(made).Pos {
		if facts.Ref(a).Tag() != facts.TagStr {
			return nil
		}
		parts = append(parts, file.Facts.Str(facts.Ref(a).Index()))
	}
	return []string{path.Join(parts...)}
}

func one(_ *effects.Site, strs func() ([]string, bool)) string {
	texts, open := strs()
	if open || len(texts) != 1 || !strings.HasPrefix(texts[0], "/tmp/") && !strings.HasPrefix(texts[0], "/var/tmp/") || strings.HasSuffix(texts[0], ".log") || strings.HasSuffix(texts[0], ".pid") || strings.HasSuffix(texts[0], ".lock") {
		return ""
	}
	return texts[0]
}
