package link

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
)

// Fixtures. pytest calls a test with the values of the fixtures that its parameters name: functions under
// @pytest.fixture in the same file, or else in the conftest.py of its directory or of one above. What a fixture returns
// or yields is thus what the parameter holds.

// fixtureArg is a parameter and the fixture that it names.
type fixtureArg struct {
	param   int
	fixture Func
	given   string // a fixture of pytest's own: the class of what it gives
}

// givenFixtures are pytest's own fixtures that give an object of a class with effects.
var givenFixtures = map[string]string{"tmp_path": "pathlib.Path", "monkeypatch": "_pytest.monkeypatch.MonkeyPatch", "mocker": "pytest_mock.plugin.MockerFixture"}

// findFixtures fills the table of fixture parameters of all test files.
func (s *solver) findFixtures() {
	s.fixtureArgs = map[Func][]fixtureArg{}
	byFile := map[int]map[string]Func{}
	conftest := map[string]int{}
	for _, f := range s.Files {
		if found := s.fixturesOf(f); len(found) > 0 {
			byFile[f.Index] = found
			if f.Path == "conftest.py" || strings.HasSuffix(f.Path, "/conftest.py") {
				conftest[dirOf(f.Path)] = f.Index
			}
		}
	}
	lookup := func(f *File, name string, self Func) (Func, bool) {
		if g, ok := byFile[f.Index][name]; ok && g != self {
			return g, true
		}
		for dir := dirOf(f.Path); ; dir = dirOf(dir) {
			if i, ok := conftest[dir]; ok {
				if g, ok := byFile[i][name]; ok && g != self {
					return g, true
				}
			}
			if dir == "" {
				return 0, false
			}
		}
	}
	for _, f := range s.Files {
		if !f.Test && byFile[f.Index] == nil {
			continue
		}
		for i := range f.Facts.Funcs {
			fn, id := &f.Facts.Funcs[i], Func(f.fn+uint32(i))
			if fn.Kind != facts.Function || len(fn.Params) == 0 {
				continue
			}
			name := f.Facts.Str(fn.Name)
			if g, ok := byFile[f.Index][name]; !(ok && g == id) && !(f.Test && strings.HasPrefix(name, "test")) {
				continue
			}
			for p := range fn.Params {
				if g, ok := lookup(f, f.Facts.Str(fn.Params[p].Name), id); ok {
					s.fixtureArgs[id] = append(s.fixtureArgs[id], fixtureArg{param: p, fixture: g})
					s.wellKnown.traits[id] |= usesFixtures
				} else if class := givenFixtures[f.Facts.Str(fn.Params[p].Name)]; class != "" {
					s.fixtureArgs[id] = append(s.fixtureArgs[id], fixtureArg{param: p, given: class})
					s.wellKnown.traits[id] |= usesFixtures
				}
			}
		}
	}
}

// fixturesOf are a file's functions under @fixture, @pytest.fixture or a call of one, by name.
func (s *solver) fixturesOf(f *File) map[string]Func {
	var out map[string]Func
	var made map[facts.Ref]bool
	ff := f.Facts
	for i := range ff.Funcs {
		fn := &ff.Funcs[i]
		if fn.Kind != facts.Function || len(fn.Decorators) == 0 {
			continue
		}
		if made == nil {
			made = map[facts.Ref]bool{}
			for k := range ff.Ops {
				switch op := &ff.Ops[k]; op.Code {
				case facts.Attr:
					if ff.Str(op.B) == "fixture" {
						made[op.Dst] = true
					}
				case facts.ImportName:
					if ff.Str(ff.Imports[op.A].Name) == "fixture" {
						made[op.Dst] = true
					}
				case facts.Copy, facts.Call:
					if op.Flags&facts.FlagDecorator == 0 && made[facts.Ref(op.A)] {
						made[op.Dst] = true
					}
				}
			}
			if len(made) == 0 {
				return nil
			}
		}
		for _, d := range fn.Decorators {
			if made[d.Value] {
				if out == nil {
					out = map[string]Func{}
				}
				out[ff.Str(fn.Name)] = Func(f.fn + uint32(i))
			}
		}
	}
	return out
}

// bindFixtures gives the parameters of the block at hand what their fixtures give.
func (s *solver) bindFixtures(in Instance, fn *facts.Func) {
	for _, a := range s.fixtureArgs[s.instances[in].fn] {
		if a.given != "" {
			if e := s.Catalogue.Lookup(a.given); e != nil {
				s.addShared(s.varOf(in, fn.Params[a.param].Var), Set(s.object(kExtInst, s.extOfEntity(e), 0)))
			}
			continue
		}
		g := Instance(a.fixture)
		x := s.result(g)
		if s.Facts(a.fixture).Flags&facts.FuncGenerator != 0 {
			x = s.yields(g)
		}
		if x != 0 {
			s.addShared(s.varOf(in, fn.Params[a.param].Var), x)
		}
	}
}
