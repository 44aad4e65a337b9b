package link

import "strings"

// Containers of dependency_injector. A provider is a partial of what it is given, with what the providers among its arguments give in
// the place of these. Provide[Container.service] is what the provider gives; where a framework asks for it by Depends, the provider.

const injector = "dependency_injector."

func providerHooks() map[string]hook {
	hooks := map[string]hook{}
	for _, name := range strings.Fields("Factory Singleton ThreadSafeSingleton ThreadLocalSingleton ContextLocalSingleton Callable Coroutine Resource") {
		hooks[injector+"providers."+name] = hookProvider
	}
	return hooks
}

func hookProvider(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	b := &callArgs{pos: make([]posArg, len(a.pos)), kw: make([]kwArg, len(a.kw))}
	for i := range a.pos {
		b.pos[i] = a.pos[i]
		if i > 0 {
			b.pos[i].set = s.supplied(a.pos[i].set)
		}
	}
	for i := range a.kw {
		b.kw[i] = a.kw[i]
		b.kw[i].set = s.supplied(a.kw[i].set)
	}
	out, done := hookPartial(kPartial)(s, x, recv, b, mode)
	for _, v := range s.sets.values(out) {
		s.providers[v] = true
	}
	return out, done
}

// supplied are values, of providers what they give.
func (s *solver) supplied(x Set) Set {
	var out Set
	for _, v := range s.sets.values(x) {
		if s.providers[v] {
			out = s.sets.union(out, s.provided(v))
		} else {
			out = s.sets.union(out, Set(v))
		}
	}
	return out
}
