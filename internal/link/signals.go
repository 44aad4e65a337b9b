package link

import (
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
)

// Signals. A signal of Django's or blinker's is an object of its own: what is connected to it is called by who sends it, in the
// sender's call. Receivers are kept in the fields of the signal: under the class whose objects alone they want to hear of, and
// under keyElem where they hear of all. A sender that is asked for and not known keeps its receiver from being called.

// signalClasses are those whose objects are signals.
var signalClasses = []string{"django.dispatch.dispatcher.Signal", "blinker.base.Signal", "blinker.base.NamedSignal"}

// byName tells the number of a name from a place, as what tells an object from others of its class.
const byName = 1 << 28

func signalHooks() map[string]hook {
	hooks := map[string]hook{
		"django.dispatch.dispatcher.receiver":            hookReceiver,
		"django.dispatch.dispatcher.Signal.connect":      hookConnect,
		"django.dispatch.dispatcher.Signal.send":         hookSend,
		"django.dispatch.dispatcher.Signal.send_robust":  hookSend,
		"django.dispatch.dispatcher.Signal.asend":        hookSend,
		"django.dispatch.dispatcher.Signal.asend_robust": hookSend,
		"blinker.base.Namespace.signal":                  hookNamedSignal,
		"blinker.base.signal":                            hookNamedSignal,
		"blinker.base.Signal.connect":                    hookConnect,
		"blinker.base.Signal.connect_via":                hookReceiver,
		"blinker.base.Signal.send":                       hookSend,
		"blinker.base.Signal.send_async":                 hookSend,
	}
	for signals, methods := range map[string]string{
		"pre_save post_save":     "Model.save Model.asave QuerySet.create QuerySet.acreate QuerySet.get_or_create QuerySet.aget_or_create QuerySet.update_or_create QuerySet.aupdate_or_create",
		"pre_delete post_delete": "Model.delete Model.adelete QuerySet.delete QuerySet.adelete",
	} {
		for _, m := range strings.Fields(methods) {
			path := "django.db.models.base." + m
			if strings.HasPrefix(m, "QuerySet") {
				path = "django.db.models.query." + m
			}
			how := Called
			if strings.Contains(m, ".a") {
				how = Offloaded // Django runs the method for others in a thread
			}
			hooks[path] = hookSaved(strings.Fields(signals), how)
		}
	}
	return hooks
}

// findSignals looks the classes of signals up, and those signals of Django's that a program can have connected something to.
func (w *wellKnown) findSignals(s *solver) {
	for _, path := range signalClasses {
		if e := s.Catalogue.Lookup(path); e != nil {
			w.signals = append(w.signals, e)
		}
	}
	for _, name := range []string{"pre_save", "post_save", "pre_delete", "post_delete"} {
		if s.symOf[name] == 0 {
			continue
		}
		if e := s.Catalogue.Lookup("django.db.models.signals." + name); e != nil {
			if w.saved == nil {
				w.saved = map[string]Value{}
			}
			w.saved[name] = Value(s.entitySet(e))
		}
	}
}

// isSignal: the library's class is one of signals.
func (s *solver) isSignal(x uint32) bool {
	return slices.Contains(s.wellKnown.signals, s.exts[x].entity)
}

// namedSignal is the signal that a variable of a library holds.
func (s *solver) namedSignal(e *knowledge.Entity, x Set) Set {
	if v := Value(x); x < setBit && s.objs[v].kind == kExtInst && s.isSignal(s.objs[v].a) {
		return Set(s.own(s.objs[v].a, byName|s.extOfEntity(e)))
	}
	return x
}

// hookNamedSignal: blinker's signals are known by their names.
func hookNamedSignal(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	by := s.place()
	if vs := s.sets.values(a.first()); len(vs) == 1 && s.objs[vs[0]].kind == kStr {
		by = byName | s.objs[vs[0]].a
	}
	e := s.Catalogue.Lookup("blinker.base.NamedSignal")
	if e == nil {
		return 0, false
	}
	s.report(x, recv, a, mode)
	return Set(s.own(s.extOfEntity(e), by)), true
}

// senderOf is what a call gives as the sender.
func (s *solver) senderOf(x uint32, a *callArgs) (sender Set, given bool) {
	sender, ref, given := s.argRef(s.exts[x].entity, a, "sender")
	return sender, given && !ref.Is(facts.ConstNone)
}

// connect keeps receivers with signals.
func (s *solver) connect(signals, receivers, sender Set, given bool) {
	for _, v := range s.sets.values(signals) {
		if s.isContainer(v) { // receiver([post_save, post_delete])
			if s.descend() {
				s.connect(s.loadAny(v), receivers, sender, given)
				s.depth--
			}
			continue
		}
		if s.objs[v].kind != kExtInst || !s.isSignal(s.objs[v].a) {
			continue
		}
		if !given {
			s.addShared(s.field(v, keyElem), receivers)
			continue
		}
		for _, c := range s.sets.values(sender) {
			s.addShared(s.field(v, uint32(c)), receivers)
		}
	}
}

// hookReceiver: the decorator that is given a signal connects what it decorates.
func hookReceiver(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	d := s.object(kDecorator, x, s.place())
	signals := a.first()
	sender, given := s.senderOf(x, a)
	if recv != 0 {
		signals = Set(recv)
	}
	if given {
		s.addShared(s.field(d, keyKey), sender)
	}
	s.addShared(s.field(d, keyElem), signals)
	return 0, false
}

// received connects what a decorator of hookReceiver is applied to.
func (s *solver) received(d Value, fs Set) {
	if _, ok := s.fields.get(pair(uint32(d), keyElem)); !ok {
		return // another decorator
	}
	if _, given := s.fields.get(pair(uint32(d), keyKey)); given {
		s.connect(s.readField(d, keyElem), fs, s.readField(d, keyKey), true)
	} else {
		s.connect(s.readField(d, keyElem), fs, 0, false)
	}
}

func hookConnect(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	sender, given := s.senderOf(x, a)
	s.connect(Set(recv), s.argOf(s.exts[x].entity, a, "receiver"), sender, given)
	return 0, false
}

// send calls the receivers of a signal: those that want to hear of the sender, and those that hear of all.
func (s *solver) send(signal Value, sender Set, a *callArgs, how Mode) {
	if s.objs[signal].kind != kExtInst {
		return
	}
	defer s.within()()
	receivers := s.readField(signal, keyElem)
	for _, c := range s.sets.values(sender) {
		receivers = s.sets.union(receivers, s.readField(signal, uint32(c)))
	}
	s.await(s.callSet(receivers, a, how), how)
}

func hookSend(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
	if recv != 0 && mode != silent {
		s.send(recv, s.argOf(s.exts[x].entity, a, "sender"), a, Called)
	}
	return 0, false
}

// hookSaved: a model's rows send signals when they are stored and removed.
func hookSaved(signals []string, how Mode) hook {
	return func(s *solver, x uint32, recv Value, a *callArgs, mode Mode) (Set, bool) {
		if recv == 0 || mode == silent || len(s.wellKnown.saved) == 0 {
			return 0, false
		}
		rows := Set(recv)
		if ob := s.objs[recv]; ob.kind != kInst || s.isQuerySet(recv) {
			rows = s.readField(recv, keyElem)
		}
		done := func() {}
		if how == Offloaded {
			done = s.aside()
		}
		defer done()
		for _, row := range s.sets.values(rows) {
			if s.objs[row].kind != kInst {
				continue
			}
			sender := Set(s.firstClass + Value(s.objs[row].a))
			given := &callArgs{kw: []kwArg{{name: s.Sym("sender"), set: sender}, {name: s.Sym("instance"), set: Set(row)}}}
			for _, name := range signals {
				if v := s.wellKnown.saved[name]; v != 0 {
					s.send(v, sender, given, how)
				}
			}
		}
		return 0, false
	}
}
