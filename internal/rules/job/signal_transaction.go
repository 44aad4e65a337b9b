package job

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// sent finds what Django runs inside a transaction of its own or of the admin's: receivers of signals, and the `save` and `delete` of
// models.
//
// Deletions and changes of many-to-many relations are transactions, in which their signals are sent. A row is saved outside, unless
// its saver opens one: the admin always does, and so does a request under ATOMIC_REQUESTS.
type sent struct {
	p      *rule.Pass
	flow   *rule.Flow
	atomic bool // ATOMIC_REQUESTS
	admin  map[*facts.Class]bool
}

// inside calls yield for each function that runs in such a transaction, with the words for whose it is.
func (s *sent) inside(yield func(f link.Func, n effects.Node, whose string)) {
	for i := range s.p.Registrations {
		r := &s.p.Registrations[i]
		if r.Entity == nil || !rule.HasPrefix(r.Entity.Path, "django.dispatch") || s.p.FileOf(r.Func).Test {
			continue
		}
		file := s.p.File(effects.Node(r.From))
		for _, signal := range s.signals(file, r) {
			switch {
			case signal.name == "m2m_changed" || signal.name == "pre_delete" || signal.name == "post_delete":
				yield(r.Func, effects.Node(r.Runs), fmt.Sprintf("the transaction in which Django sends `%s`", signal.name))
			case signal.name == "post_save" && s.saver(signal.of) != "":
				yield(r.Func, effects.Node(r.Runs), s.saver(signal.of))
			}
		}
	}
	for _, file := range s.p.Files {
		if file.Test {
			continue
		}
		for i := range file.Facts.Classes {
			class := &file.Facts.Classes[i]
			if s.saver(class) == "" || !s.admin[class] {
				continue
			}
			for b := range file.Facts.Funcs {
				fn := &file.Facts.Funcs[b]
				if name := file.Facts.Str(fn.Name); fn.Class == uint32(i)+1 && fn.Kind == facts.Function && (name == "save" || name == "delete") {
					f := file.FirstFunc() + link.Func(b)
					yield(f, effects.Node(f), s.saver(class))
				}
			}
		}
	}
}

type signal struct {
	name string
	of   *facts.Class // the sender, nil if it is not known
}

// signals are those that a receiver is registered for.
func (s *sent) signals(file *link.File, r *link.Registration) []signal {
	op := r.Op
	var names []facts.Ref
	if recv, method := s.flow.Method(file, op); method == "connect" {
		names = append(names, recv)
	} else {
		if made := s.flow.Made(file, facts.Ref(op.A)); made != nil && made.Code == facts.Call {
			op = made // receiver(…)(f)
		}
		first := rule.Argument(file, op, 0, "signal")
		if d := s.flow.Made(file, first); d != nil && (d.Code == facts.MakeList || d.Code == facts.MakeTuple) {
			elems, _ := file.Facts.Elems(d)
			for _, e := range elems {
				names = append(names, facts.Ref(e))
			}
		} else {
			names = append(names, first)
		}
	}
	var of *facts.Class
	if sender := rule.Keyword(file, op, "sender"); sender != 0 {
		_, of = s.flow.ClassOf(file, sender)
	}
	var out []signal
	for _, n := range names {
		if name, is := strings.CutPrefix(s.flow.Dotted(file, n), "django.db.models.signals."); is {
			out = append(out, signal{name, of})
		}
	}
	return out
}

// saver says in whose transaction rows of a model are saved, "" if that is not known.
func (s *sent) saver(of *facts.Class) string {
	switch {
	case s.atomic:
		return "the transaction that each request is (`ATOMIC_REQUESTS`)"
	case of != nil && s.admin[of]:
		return "the transaction in which the admin saves"
	}
	return ""
}

// ofAdmin are the models that the program gives to Django's admin.
func ofAdmin(p *rule.Pass, flow *rule.Flow) map[*facts.Class]bool {
	out := map[*facts.Class]bool{}
	p.EachCall(func(_ link.Func, file *link.File, op *facts.Op) {
		name := flow.Dotted(file, facts.Ref(op.A))
		if file.Test || !strings.HasPrefix(name, "django.contrib.admin.") || !strings.HasSuffix(name, ".register") {
			return
		}
		var rs []uint32
		switch a := file.Facts.Args(op); {
		case name == "django.contrib.admin.register":
			rs = a.Pos
		case len(a.Pos) > 0:
			rs = a.Pos[:1]
			if d := flow.Made(file, facts.Ref(a.Pos[0])); d != nil && (d.Code == facts.MakeList || d.Code == facts.MakeTuple) {
				rs, _ = file.Facts.Elems(d)
			}
		}
		for _, r := range slices.Clone(rs) {
			if _, class := flow.ClassOf(file, facts.Ref(r)); class != nil {
				out[class] = true
			}
		}
	})
	return out
}
