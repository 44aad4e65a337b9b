package graduate

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// Draws from a generator that all code shares. np.random.rand and random.shuffle are methods of one object each, numpy's and Python's own; a step is
// handed that object, and says so:
//
//	L = np.random.rand(100)      →      L = rng.rand(100)          # rng: RandomState, a parameter
//	shuffle(L)                   →      chance.shuffle(L)          # chance: Random, a parameter
//
// It is the same object, so the draws are the same ones in the same order, also where a library draws from it in between. Draws that a
// library makes by itself stay at the edge, as nobody can hand them anything.

// A sharedGenerator is one of the two.
type sharedGenerator struct {
	key     string // stands for it among the names that a function is handed
	module  string
	methods set
	words   []string // what it is called, the first that is free
	typ     string
	helper  string   // the function of io that gives it
	imports []string // of that function
	text    string   // its body
}

var sharedGenerators = []*sharedGenerator{
	{key: ">rng", module: "numpy.random", words: []string{"rng", "generator", "shared_rng"}, typ: "RandomState", helper: "shared_generator",
		imports: []string{"import numpy as np", "from numpy.random import RandomState"},
		text:    "    \"\"\"numpy's shared generator, whose methods np.random.rand and its like are.\"\"\"\n    return np.random.mtrand._rand",
		methods: setOf(`beta binomial bytes chisquare choice dirichlet exponential f gamma geometric gumbel hypergeometric laplace logistic lognormal logseries multinomial
multivariate_normal negative_binomial noncentral_chisquare noncentral_f normal pareto permutation poisson power rand randint randn random random_sample rayleigh seed shuffle
standard_cauchy standard_exponential standard_gamma standard_normal standard_t triangular uniform vonmises wald weibull zipf`)},
	{key: ">random", module: "random", words: []string{"chance", "dice", "shared_random"}, typ: "Random", helper: "shared_random",
		imports: []string{"import random", "from random import Random"},
		text:    "    \"\"\"Python's shared generator, whose methods random.choice and its like are.\"\"\"\n    return random._inst",
		methods: setOf(`betavariate choice choices expovariate gammavariate gauss getrandbits getstate lognormvariate normalvariate paretovariate randbytes randint random randrange
sample seed setstate shuffle triangular uniform vonmisesvariate weibullvariate`)},
}

func setOf(words string) set {
	s := set{}
	s.add(strings.Fields(words)...)
	return s
}

// handedGenerator is the generator that a name among those handed stands for, nil when it stands for something else.
func handedGenerator(name string) *sharedGenerator {
	for _, g := range sharedGenerators {
		if g.key == name {
			return g
		}
	}
	return nil
}

// sharedDraw is the generator and its method that a call is, nil when it is none.
func sharedDraw(c *callSite) (*sharedGenerator, string) {
	for _, g := range sharedGenerators {
		if name, ok := strings.CutPrefix(c.path, g.module+"."); ok && g.methods[name] {
			return g, name
		}
	}
	return nil, ""
}

// quietLibraries draw from no shared generator but where the table of effects says so.
var quietLibraries = setOf(`builtins numpy pandas math cmath matplotlib itertools collections functools operator datetime time calendar statistics string re textwrap copy heapq bisect
fractions decimal json dataclasses enum typing io os sys pathlib pprint warnings random IPython`)

// findDraws finds the statements and functions all of whose random numbers come from calls of the shared generators.
func (p *Plan) findDraws() {
	p.explicit, p.drawing = map[int]bool{}, set{}
	p.generatorNames = map[string]string{}
	for _, g := range sharedGenerators {
		p.generatorNames[g.key] = p.freeWord(g.words...)
	}
	for name, f := range p.Functions {
		if _, ok := f.Node.(*ast.FunctionDef); ok && f.Effects&Random != 0 && p.Roles[f.Statement] != RoleDropped && !f.Decorated && len(f.older) == 0 && p.onlyShared(f.Calls) {
			p.drawing.add(name)
		}
	}
	p.handedAlike(p.drawing, Random)
	for _, i := range p.Order {
		u := p.Uses[i]
		if p.Roles[i] == RoleDropped || p.isDef(i) || u.Effects&Random == 0 || !p.onlyShared(u.Calls) {
			continue
		}
		draws := false
		for _, c := range u.Calls {
			g, _ := sharedDraw(c)
			draws = draws || g != nil
		}
		fits := true
		for name := range u.Functions {
			if p.Functions[name].Effects&Random != 0 {
				draws = true
				fits = fits && p.drawing[name]
			}
		}
		p.explicit[i] = draws && fits
	}
}

// onlyShared: no call draws but from a shared generator by its name.
func (p *Plan) onlyShared(calls []*callSite) bool {
	for _, c := range calls {
		if g, _ := sharedDraw(c); g != nil {
			continue
		}
		if c.fact != nil && c.fact.effects&Random != 0 && !c.fact.harmless(p.Program, c.node) {
			return false
		}
		if c.path != "" && !quietLibraries[top(c.path)] || strings.Contains(c.typ, ".") && !quietLibraries[top(c.typ)] {
			return false
		}
	}
	return true
}

// drawsFrom puts methods of the generators that are handed in in the place of the modules' functions.
func (r *rewrite) drawsFrom(calls []*callSite) {
	for _, c := range calls {
		if g, name := sharedDraw(c); g != nil {
			r.p.replaced[c.node.Func.Pos()] = true
			r.replace(c.node.Func.Pos(), c.node.Func.End(), r.p.generatorNames[g.key]+"."+name)
		}
	}
}

// generatorsOf are those that a function, which is handed what it draws from, draws from itself or by others.
func (p *Plan) generatorsOf(f *Function) (out []string) {
	drawn := set{}
	p.drawnBy(f, drawn, set{})
	for _, g := range sharedGenerators {
		if drawn[g.key] {
			out = append(out, g.key)
		}
	}
	return out
}

func (p *Plan) drawnBy(f *Function, drawn, seen set) {
	if seen[f.Name] {
		return
	}
	seen.add(f.Name)
	for _, c := range f.Calls {
		if g, _ := sharedDraw(c); g != nil {
			drawn.add(g.key)
		}
	}
	for r := range f.direct {
		if p.drawing[r] {
			p.drawnBy(p.Functions[r], drawn, seen)
		}
	}
}

// generatorsIn are those that the statements of the segment draw from, where they are handed in.
func (p *Plan) generatorsIn(s *Segment) (out []string) {
	drawn := set{}
	for _, i := range s.Statements {
		if p.explicit[i] {
			for _, c := range p.Uses[i].Calls {
				if g, _ := sharedDraw(c); g != nil {
					drawn.add(g.key)
				}
			}
		}
		if f := p.defined(i); f != nil && p.drawing[f.Name] {
			p.drawnBy(f, drawn, set{})
		}
		for name := range p.Uses[i].Functions {
			if p.drawing[name] {
				p.drawnBy(p.Functions[name], drawn, set{})
			}
		}
	}
	for _, g := range sharedGenerators {
		if drawn[g.key] {
			out = append(out, g.key)
		}
	}
	return out
}
