// Package imports plans which imports of a program could be lazy (PEP 810, Python 3.15): heavy ones that do nothing that
// anybody waits for, and beside them those that must not be, each with what stands against it.
//
// An import is heavy when its module, or one that it imports in turn, is a library known for it; where the user has measured
// (`python -X importtime`), the measurement decides instead. What stands against it is an effect of the import with its
// witness, a function that it registers with a framework, a use of the name while the module itself is imported (the import
// would happen at once), or a place where the syntax does not allow it.
package imports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
	"github.com/roadworthy-dev/roadworthy/internal/python/parser"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// Import is one heavy import of a module.
type Import struct {
	File      string        `json:"file"`
	Line      int           `json:"line"`
	Statement string        `json:"statement"`
	Module    string        `json:"module"`
	Heavy     string        `json:"heavy"`        // the library, or the module, that makes it heavy
	Cost      time.Duration `json:"-"`            // measured; 0 without
	Micros    int64         `json:"microseconds"` // the same, for JSON
	Lazy      bool          `json:"lazy"`
	Against   []Against     `json:"against"`
}

// Against is one reason why an import must stay as it is.
type Against struct {
	What    string       `json:"what"`
	Witness []diag.Frame `json:"witness"`
}

// heavy are libraries whose import loads hundreds of modules or large shared objects, and has no effect that programs wait for.
var heavy = map[string]bool{}

func init() {
	for _, name := range strings.Fields(`numpy pandas polars pyarrow scipy sklearn statsmodels matplotlib seaborn plotly bokeh altair torch torchvision torchaudio tensorflow keras jax
		transformers datasets diffusers accelerate sentence_transformers spacy nltk gensim xgboost lightgbm catboost cv2 skimage sympy networkx dask distributed ray pyspark boto3 botocore
		openai anthropic langchain langchain_core langchain_community llama_index litellm sqlalchemy geopandas shapely rasterio xarray numba librosa onnxruntime mlflow wandb
		great_expectations playwright selenium docker kubernetes google azure snowflake duckdb h5py tables openpyxl weasyprint reportlab`) {
		heavy[name] = true
	}
}

// Times are measured costs of imports, cumulative, by dotted name.
type Times map[string]time.Duration

// ReadTimes reads what `python -X importtime` writes:
//
//	import time: self [us] | cumulative | imported package
//	import time:       153 |        153 |   _io
func ReadTimes(r io.Reader) (Times, error) {
	out := Times{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		rest, ok := strings.CutPrefix(lines.Text(), "import time:")
		parts := strings.Split(rest, "|")
		if !ok || len(parts) != 3 {
			continue
		}
		if us, err := strconv.ParseInt(strings.TrimSpace(parts[1]), 10, 64); err == nil {
			name := strings.TrimSpace(parts[2])
			out[name] = max(out[name], time.Duration(us)*time.Microsecond)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read import times: %w", err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("read import times: no line of the form `import time: self | cumulative | module`")
	}
	return out, nil
}

// Plan is the heavy imports of a program, those that could be lazy first, then by what they cost and place. times is nil
// without a measurement; least is then the cost from which an import is heavy.
func Plan(t *check.Tree, a *effects.Analysis, times Times, least time.Duration) []Import {
	p := &planner{t: t, a: a, times: times, least: least, closures: map[int]closure{}, registers: map[int]*link.Registration{}}
	for i := range a.Registrations {
		r := &a.Registrations[i]
		if file := a.FileOf(a.FuncOf(effects.Node(r.From))); p.registers[file.Index] == nil && r.Call != nil {
			p.registers[file.Index] = r
		}
	}
	out := []Import{}
	for i := range t.Files {
		if f := a.Files[i]; !f.Test && len(f.Facts.Faults) == 0 && t.Files[i].Class == source.Python {
			out = append(out, p.file(i)...)
		}
	}
	slices.SortStableFunc(out, func(x, y Import) int {
		switch {
		case x.Lazy != y.Lazy && x.Lazy:
			return -1
		case x.Lazy != y.Lazy:
			return 1
		}
		return cmp.Or(cmp.Compare(y.Cost, x.Cost), strings.Compare(x.File, y.File), x.Line-y.Line)
	})
	return out
}

type planner struct {
	t         *check.Tree
	a         *effects.Analysis
	times     Times
	least     time.Duration
	closures  map[int]closure
	registers map[int]*link.Registration // the first of each file's module body
}

// closure is what importing a module of the program brings with it.
type closure struct {
	heavy     string
	registers *link.Registration
}

func (p *planner) file(i int) []Import {
	f := p.a.Files[i].Facts
	var tree *ast.File
	var early map[string]uint32
	var out []Import
	body := &f.Funcs[0]
	for o := body.Ops[0]; o < body.Ops[1]; o++ {
		op := &f.Ops[o]
		if op.Code != facts.ImportName {
			continue
		}
		im := &f.Imports[op.A]
		if im.Lazy || im.Typing || f.Str(im.Module) == "__future__" {
			continue
		}
		x := Import{File: p.t.Files[i].Path, Against: []Against{}}
		x.Line, _ = f.Place(im.Pos)
		x.Statement, x.Module = statement(f, im)
		targets := p.targets(i, op)
		x.Heavy, x.Cost = p.weight(f, im, x.Module, targets)
		if x.Heavy == "" {
			continue
		}
		x.Micros = x.Cost.Microseconds()
		if tree == nil {
			if tree = p.parse(i); tree == nil {
				return out
			}
			early = usedWhileImporting(tree)
		}
		if f.Str(im.Name) == "*" {
			x.Against = append(x.Against, Against{"a star import cannot be lazy", []diag.Frame{}})
		}
		if why := where(f, im); why != "" {
			x.Against = append(x.Against, Against{why, []diag.Frame{}})
		}
		if at, ok := early[f.Str(im.As)]; ok && im.As != 0 {
			line, _ := f.Place(at)
			x.Against = append(x.Against, Against{fmt.Sprintf("`%s` is used while this module is imported", f.Str(im.As)),
				[]diag.Frame{{Function: p.a.Files[i].Module, File: x.File, Line: line, Note: "uses " + f.Str(im.As)}}})
		}
		x.Against = append(x.Against, p.effects(i, op, targets)...)
		x.Lazy = len(x.Against) == 0
		out = append(out, x)
	}
	return out
}

// statement is the import as written, one name at a time, and the module that it loads.
func statement(f *facts.File, im *facts.Import) (text, module string) {
	module = strings.Repeat(".", int(im.Level)) + f.Str(im.Module)
	as := ""
	if im.Alias {
		as = " as " + f.Str(im.As)
	}
	if im.Name == 0 {
		return "import " + module + as, module
	}
	return "from " + module + " import " + f.Str(im.Name) + as, module
}

// targets are the program's modules that an import runs.
func (p *planner) targets(file int, op *facts.Op) []int {
	var out []int
	n := effects.Node(p.a.Files[file].FirstFunc())
	for _, e := range p.a.OutEdges(n) {
		if x := &p.a.Edges[e]; x.Mode == link.Imported && x.Op == op {
			if k := p.a.FileOf(p.a.FuncOf(x.To)).Index; !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

// weight says what makes an import heavy, "" for nothing.
func (p *planner) weight(f *facts.File, im *facts.Import, module string, targets []int) (string, time.Duration) {
	if p.times != nil {
		names := []string{}
		for _, t := range targets {
			names = append(names, p.a.Files[t].Module)
		}
		if im.Level == 0 {
			names = append(names, module, module+"."+f.Str(im.Name))
		}
		best, cost := "", time.Duration(0)
		for _, n := range names {
			if c := p.times[n]; c > cost {
				best, cost = n, c
			}
		}
		if cost < p.least {
			return "", 0
		}
		return best, cost
	}
	if len(targets) == 0 && im.Level == 0 {
		if top, _, _ := strings.Cut(module, "."); heavy[top] {
			return top, 0
		}
		return "", 0
	}
	for _, t := range targets {
		if c := p.closure(t); c.heavy != "" {
			return c.heavy, 0
		}
	}
	return "", 0
}

// closure follows the imports of a module's body.
func (p *planner) closure(file int) closure {
	if c, ok := p.closures[file]; ok {
		return c
	}
	p.closures[file] = closure{} // a cycle adds nothing
	c := closure{registers: p.registers[file]}
	f := p.a.Files[file].Facts
	for o := f.Funcs[0].Ops[0]; o < f.Funcs[0].Ops[1]; o++ {
		op := &f.Ops[o]
		if op.Code != facts.ImportName {
			continue
		}
		im := &f.Imports[op.A]
		if im.Lazy || im.Typing {
			continue
		}
		targets := p.targets(file, op)
		if top, _, _ := strings.Cut(f.Str(im.Module), "."); len(targets) == 0 && im.Level == 0 && heavy[top] && c.heavy == "" {
			c.heavy = top
		}
		for _, t := range targets {
			d := p.closure(t)
			c.heavy = cmp.Or(c.heavy, d.heavy)
			if c.registers == nil {
				c.registers = d.registers
			}
		}
	}
	p.closures[file] = c
	return c
}

// where is what the place of an import says against it (PEP 810: only at the top level, outside of try and with).
func where(f *facts.File, im *facts.Import) string {
	for c := im.Ctx; c != 0; c = f.Ctxs[c].Parent {
		switch f.Ctxs[c].Kind {
		case facts.CtxTry, facts.CtxHandler, facts.CtxElse, facts.CtxFinally:
			return "it is inside a try statement, where an import cannot be lazy"
		case facts.CtxWith:
			return "it is inside a with statement, where an import cannot be lazy"
		}
	}
	return ""
}

// effects are what running the imported modules does.
func (p *planner) effects(file int, op *facts.Op, targets []int) []Against {
	var out []Against
	told := map[knowledge.EffectKind]bool{}
	for _, t := range targets {
		n := effects.Node(p.a.Files[t].FirstFunc())
		for _, e := range p.a.Of(n) {
			if told[e.Kind] || e.Certainty == diag.Unknown {
				continue
			}
			told[e.Kind] = true
			x := Against{What: "importing it has the effect " + e.Kind.String(), Witness: []diag.Frame{}}
			for _, s := range e.Steps {
				x.Witness = append(x.Witness, p.a.Frame(s))
			}
			out = append(out, x)
		}
		if r := p.closure(t).registers; r != nil {
			f := p.a.FileOf(r.Func)
			line, _ := f.Facts.Place(p.a.Facts(r.Func).NamePos)
			with := "a framework"
			if r.Entity != nil {
				with = r.Entity.Path
			}
			out = append(out, Against{"importing it registers functions that would be missing until then",
				[]diag.Frame{{Function: p.a.Name(r.Func), File: f.Path, Line: max(line, 1), Note: "is registered with " + with}}})
		}
	}
	return out
}

func (p *planner) parse(i int) *ast.File {
	raw, err := p.t.ReadFile(p.t.Files[i].Path)
	if err != nil {
		return nil
	}
	text, bad := source.Decode(raw)
	if bad != nil {
		return nil
	}
	var ps parser.Parser
	tree, faults := parser.Parse(&ps, text, parser.Options{})
	if len(faults) > 0 {
		return nil
	}
	return tree
}
