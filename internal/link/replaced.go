package link

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// What tests put something else in the place of: unittest.mock's patch, pytest-mock's mocker.patch and pytest's monkeypatch name an
// attribute of a module, a class or an object, by a dotted path or by the object and the attribute's name.

// replacing are the functions that do so, by what they are told.
var replacing = map[string]struct{ byPath, byObject bool }{
	"unittest.mock.patch":                     {byPath: true},
	"unittest.mock.patch.object":              {byObject: true},
	"mock.patch":                              {byPath: true},
	"mock.patch.object":                       {byObject: true},
	"mock.mock.patch":                         {byPath: true},
	"mock.mock.patch.object":                  {byObject: true},
	"pytest_mock.plugin._Patcher.__call__":    {byPath: true},
	"pytest_mock.plugin._Patcher.object":      {byObject: true},
	"_pytest.monkeypatch.MonkeyPatch.setattr": {byPath: true, byObject: true},
}

// answering are the functions and classes of libraries that answer other libraries' calls inside the process, and whose they answer.
var answering = map[string]string{
	"responses.activate":          "requests",
	"responses.RequestsMock":      "requests",
	"requests_mock.mocker.Mocker": "requests",
	"respx.api.mock":              "httpx httpcore",
	"moto.mock_aws":               "boto3 botocore aioboto3 aiobotocore",
	"vcr.use_cassette":            "requests httpx urllib3 urllib aiohttp http boto3 botocore",
	"httpretty.activate":          "requests urllib3 urllib http boto3 botocore",
	"httpretty.httprettified":     "requests urllib3 urllib http boto3 botocore",
	"aioresponses.aioresponses":   "aiohttp",
}

// answeringFixtures are pytest's fixtures that do so.
var answeringFixtures = map[string]string{"requests_mock": "requests", "httpx_mock": "httpx httpcore", "respx_mock": "httpx httpcore"}

// Replaced is something that a test has put something else in the place of.
type Replaced struct {
	In      int    // the file in which the name means something else; -1 where it does everywhere
	Funcs   []Func // of the program
	library []*knowledge.Entity
	answers []string // libraries whose calls are answered
	objects []Value
	s       *solver
}

// Replaces is what a call puts something else in the place of; nil for one that does nothing of the kind.
func (c *LibraryCall) Replaces() []Replaced {
	if libraries, ok := answering[c.Path]; ok {
		return []Replaced{{In: -1, answers: strings.Fields(libraries), s: c.s}}
	}
	how, ok := replacing[c.Path]
	if !ok || len(c.args.pos) == 0 {
		return nil
	}
	s := c.s
	defer s.asks()()
	var out []Replaced
	for _, v := range s.sets.values(c.args.pos[0].set) {
		switch ob := s.objs[v]; {
		case ob.kind == kStr && how.byPath:
			path := s.Names[ob.a]
			i := strings.LastIndexByte(path, '.')
			if i < 0 {
				continue
			}
			for _, base := range s.sets.values(s.named(s.FileOf(s.instances[c.From].fn), path[:i])) {
				out = s.replaced(base, path[i+1:], out)
			}
		case ob.kind != kStr && how.byObject && len(c.args.pos) > 1:
			for _, n := range s.sets.values(c.args.pos[1].set) {
				if s.objs[n].kind == kStr {
					out = s.replaced(v, s.Names[s.objs[n].a], out)
				}
			}
		}
	}
	return out
}

// named is what a dotted path means to a file: a module of the program's or a library's, and attributes from there on.
func (s *solver) named(from *File, path string) Set {
	x, rest := Set(0), ""
	for i := len(path); i > 0 && x == 0; i = strings.LastIndexByte(path[:i], '.') {
		if m, ok := s.resolver.Resolve(from.Index, 0, path[:i]); ok && m.File >= 0 {
			x, rest = Set(s.firstModule+Value(m.File)), path[i:]
		}
	}
	if x == 0 {
		first, more, _ := strings.Cut(path, ".")
		x, rest = s.extPath(first), more
	}
	for _, name := range strings.FieldsFunc(rest, func(r rune) bool { return r == '.' }) {
		x = s.attributesOf(x, s.Sym(name))
	}
	return x
}

// attributesOf are attributes as they are stored, without what reading them runs.
func (s *solver) attributesOf(x Set, name Sym) Set {
	var out Set
	for _, v := range s.sets.values(x) {
		switch ob := s.objs[v]; ob.kind {
		case kModule:
			if g, ok := s.global(int(ob.a), name); ok {
				out = s.sets.union(out, s.shared[g])
			}
		case kClass, kInst:
			if m, ok := s.find(Class(ob.a), name, 0); ok && m.isVar {
				out = s.sets.union(out, s.shared[m.shared])
			} else if ok && m.ext != nil {
				out = s.sets.union(out, Set(s.object(kExt, s.extOfEntity(m.ext), 0)))
			}
		case kExt:
			out = s.sets.union(out, s.extAttr(ob.a, name))
		case kExtInst:
			if e := s.exts[ob.a].entity; e != nil {
				if m := s.Catalogue.Member(e, s.Names[name]); m != nil {
					out = s.sets.union(out, Set(s.object(kExt, s.extOfEntity(m), 0)))
				}
			}
		}
	}
	return out
}

// replaced adds what an attribute of an object stands for.
func (s *solver) replaced(base Value, name string, out []Replaced) []Replaced {
	b := s.objs[base]
	for _, v := range s.sets.values(s.attributesOf(Set(base), s.Sym(name))) {
		r := Replaced{In: -1, s: s}
		if b.kind == kModule && !s.madeIn(v, int(b.a)) {
			r.In = int(b.a) // the module has it from another
		}
		s.add(&r, v)
		out = append(out, r)
	}
	return out
}

// madeIn: the function or class is defined in the file, or the object is none of a library's.
func (s *solver) madeIn(v Value, file int) bool {
	if f, ok := s.funcOf(v); ok {
		return int(s.funcFile[f]) == file
	}
	switch ob := s.objs[v]; ob.kind {
	case kClass:
		f, _ := s.ClassFacts(Class(ob.a))
		return f.Index == file
	case kInst:
		return true
	}
	return false
}

// add notes what is not run, where a value is another.
func (s *solver) add(r *Replaced, v Value) {
	if f, ok := s.funcOf(v); ok {
		r.Funcs = append(r.Funcs, f)
		if g, ok := s.written(v); ok && g != f {
			r.Funcs = append(r.Funcs, g)
		}
		r.objects = append(r.objects, v)
		if s.objs[v].kind == kFunc { // and what it gives is another
			for _, x := range s.sets.values(s.result(Instance(f))) {
				if k := s.objs[x].kind; k == kInst || k == kExtInst {
					s.add(r, x)
				}
			}
		}
		return
	}
	switch ob := s.objs[v]; ob.kind {
	case kClass, kInst:
		for _, b := range s.linear(Class(ob.a), 0) {
			if b.ext != 0 {
				continue
			}
			file, cl := s.ClassFacts(b.class)
			for _, m := range cl.Members {
				if !m.Ref.IsVar() {
					continue
				}
				for _, x := range s.sets.values(s.shared[file.shared+m.Ref.Index()]) {
					if f, ok := s.funcOf(x); ok {
						r.Funcs = append(r.Funcs, f)
					}
				}
			}
		}
		r.objects = append(r.objects, s.firstInst+Value(ob.a))
	case kModule:
		f := s.Files[ob.a]
		for i := range f.Facts.Funcs {
			r.Funcs = append(r.Funcs, f.FirstFunc()+Func(i))
		}
	case kExt:
		if e := s.exts[ob.a].entity; e != nil {
			r.library = append(r.library, e)
			if e.Kind == knowledge.Function && e.Returns != nil && e.Returns.Kind == knowledge.Instance {
				if c := s.Catalogue.Class(e.Returns); c != nil {
					r.library = append(r.library, c)
				}
			}
		}
	case kExtInst:
		r.objects = append(r.objects, v)
		if e := s.exts[ob.a].entity; e != nil {
			r.library = append(r.library, e)
		}
	}
}

// Covers says whether a library's call is not made, since what it calls, or what it calls it on, is replaced.
func (r *Replaced) Covers(c *LibraryCall) bool {
	s := r.s
	if r.In >= 0 && int(s.funcFile[s.instances[c.From].fn]) != r.In {
		return false
	}
	if c.Recv != 0 && slices.Contains(r.objects, c.Recv) {
		return true
	}
	if top, _, _ := strings.Cut(c.Path, "."); slices.Contains(r.answers, top) {
		return true
	}
	return c.Entity != nil && slices.ContainsFunc(r.library, func(e *knowledge.Entity) bool {
		if e == c.Entity || strings.HasPrefix(c.Entity.Path, e.Path+".") {
			return true
		}
		ob := s.objs[c.Recv]
		if c.Recv == 0 || ob.kind != kExtInst {
			return false
		}
		if e.Kind == knowledge.Class {
			of := s.exts[ob.a].entity
			return of != nil && of.Kind == knowledge.Class && s.Catalogue.Inherits(of, e)
		}
		return e.Kind == knowledge.Function && sameLibrary(e.Path, c.Entity.Path) // what boto3.client("s3") gives depends on its arguments
	})
}

// AnsweredBy is what the fixtures of a test that no file of the program defines answer.
func (r *Solution) AnsweredBy(f Func) (out []Replaced) {
	for _, p := range r.Facts(f).Params {
		if libraries, ok := answeringFixtures[r.FileOf(f).Facts.Str(p.Name)]; ok {
			out = append(out, Replaced{In: -1, answers: strings.Fields(libraries), s: r.s})
		}
	}
	return out
}

func sameLibrary(a, b string) bool {
	a, _, _ = strings.Cut(a, ".")
	b, _, _ = strings.Cut(b, ".")
	return a == b
}

// FixturesOf are the fixtures that a test or fixture takes, and those that these take.
func (r *Solution) FixturesOf(f Func) []Func {
	var out []Func
	todo := []Func{f}
	for len(todo) > 0 {
		g := todo[0]
		todo = todo[1:]
		for _, a := range r.s.fixtureArgs[g] {
			if a.given == "" && !slices.Contains(out, a.fixture) {
				out = append(out, a.fixture)
				todo = append(todo, a.fixture)
			}
		}
	}
	return out
}
