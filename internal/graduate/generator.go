package graduate

import (
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/python/ast"
)

// Draws from numpy's shared generator. np.random.rand is a method of one object that all code shares; a step is handed that object, and says so:
//
//	L = np.random.rand(100)      →      L = rng.rand(100)      # rng: RandomState, a parameter
//
// It is the same object, so the draws are the same ones in the same order, also where a library draws from it in between. Draws that a
// library makes by itself stay at the edge, as nobody can hand them anything.

// drawnFrom stands for the generator among the names that a function is handed.
const drawnFrom = ">rng"

// shared are the functions of numpy.random that are methods of the shared generator.
var shared = func() set {
	s := set{}
	s.add(strings.Fields(`beta binomial bytes chisquare choice dirichlet exponential f gamma geometric gumbel hypergeometric laplace logistic lognormal logseries multinomial
multivariate_normal negative_binomial noncentral_chisquare noncentral_f normal pareto permutation poisson power rand randint randn random random_sample rayleigh seed shuffle
standard_cauchy standard_exponential standard_gamma standard_normal standard_t triangular uniform vonmises wald weibull zipf`)...)
	return s
}()

// sharedDraw is the method of the shared generator that a call is, "" when it is none.
func sharedDraw(c *callSite) string {
	if name, ok := strings.CutPrefix(c.path, "numpy.random."); ok && shared[name] {
		return name
	}
	return ""
}

// quietLibraries draw from no shared generator but where the table of effects says so.
var quietLibraries = set{"builtins": true, "numpy": true, "pandas": true, "math": true, "matplotlib": true, "itertools": true, "collections": true, "functools": true, "operator": true, "datetime": true}

// findDraws finds the statements and functions all of whose random numbers come from calls of numpy's shared generator.
func (p *Plan) findDraws() {
	p.explicit, p.drawing = map[int]bool{}, set{}
	p.generatorName = p.freeWord("rng", "generator", "shared_rng")
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
			draws = draws || sharedDraw(c) != ""
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

// onlyShared: no call draws but from the shared generator by its name.
func (p *Plan) onlyShared(calls []*callSite) bool {
	for _, c := range calls {
		if sharedDraw(c) != "" {
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

// drawsFrom puts methods of the generator that is handed in in the place of numpy's functions.
func (r *rewrite) drawsFrom(calls []*callSite) {
	for _, c := range calls {
		if name := sharedDraw(c); name != "" {
			r.p.replaced[c.node.Func.Pos()] = true
			r.replace(c.node.Func.Pos(), c.node.Func.End(), r.p.generatorName+"."+name)
		}
	}
}

// needsGenerator: a statement of the segment draws from the generator that is handed in.
func (p *Plan) needsGenerator(s *Segment) bool {
	for _, i := range s.Statements {
		if p.explicit[i] {
			return true
		}
		if f := p.defined(i); f != nil && p.drawing[f.Name] {
			return true
		}
		for name := range p.Uses[i].Functions {
			if p.drawing[name] {
				return true
			}
		}
	}
	return false
}
