package sample

import (
	_ "embed"
	"fmt"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/roadworthy-dev/roadworthy/internal/measure/cpython"
)

//go:embed categories.txt
var ownRules string

// Rules map evidence to categories.
type Rules struct {
	ports     map[int]Category
	modules   map[string]Category
	functions map[string]Category
	idle      map[string]bool

	mu    sync.Mutex
	names map[*cpython.Code]frameName
}

type frameName struct {
	module   string // dotted
	function string // module:qualified
	category Category
	found    bool
}

// DefaultRules are the built-in ones.
func DefaultRules() *Rules {
	r := &Rules{ports: map[int]Category{}, modules: map[string]Category{}, functions: map[string]Category{}, idle: map[string]bool{}, names: map[*cpython.Code]frameName{}}
	if err := r.Add(ownRules); err != nil {
		panic("built-in category rules: " + err.Error())
	}
	return r
}

var categories = map[string]Category{}

func init() {
	for _, c := range []Category{Database, Cache, Queue, API, LLM, Serialization, Model, Template, Filesystem, LockWait, GILWait, Garbage, Import, Interpreter, NativeCode, Sleeping, Process, Starvation, Waiting, Other} {
		categories[strings.ReplaceAll(string(c), " ", "-")] = c
	}
}

// Add reads rules in the form of categories.txt; they come before those already there.
func (r *Rules) Add(text string) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		c, ok := categories[f[0]]
		if !ok {
			return fmt.Errorf("line %d: unknown category %q", n, f[0])
		}
		if len(f) < 3 {
			return fmt.Errorf("line %d: CATEGORY KIND VALUE… expected", n)
		}
		for _, v := range f[2:] {
			switch f[1] {
			case "port":
				port, err := strconv.Atoi(v)
				if err != nil || port < 1 || port > 65535 {
					return fmt.Errorf("line %d: %q is not a port", n, v)
				}
				r.ports[port] = c
			case "module":
				r.modules[v] = c
			case "function":
				r.functions[v] = c
			case "leaf":
				if c != Waiting {
					return fmt.Errorf("line %d: leaf rules are for idle", n)
				}
				r.idle[v] = true
			default:
				return fmt.Errorf("line %d: unknown kind of evidence %q", n, f[1])
			}
		}
	}
	clear(r.names)
	return nil
}

// Module gives rules for modules found elsewhere, such as a catalogue of libraries; the built-in ones stay.
func (r *Rules) Module(name string, c Category) {
	if _, ok := r.modules[name]; !ok {
		r.modules[name] = c
		clear(r.names)
	}
}

// CategoryOf is the category of a module's own frames, "" when there is no rule for it.
func (r *Rules) CategoryOf(module string) Category { return r.modules[module] }

// moduleOf turns a code object's file into a dotted module name: below site-packages or the standard library, the path; elsewhere the
// last part. "<frozen importlib._bootstrap>" is importlib._bootstrap.
func moduleOf(file string) string {
	if rest, ok := strings.CutPrefix(file, "<frozen "); ok {
		return strings.TrimSuffix(rest, ">")
	}
	p := strings.TrimSuffix(strings.ReplaceAll(file, "\\", "/"), ".py")
	for _, root := range []string{"/site-packages/", "/dist-packages/"} {
		if i := strings.LastIndex(p, root); i >= 0 {
			return dotted(p[i+len(root):])
		}
	}
	if i := strings.LastIndex(p, "/lib/python3."); i >= 0 {
		rest := p[i+len("/lib/python3."):]
		if j := strings.IndexByte(rest, '/'); j >= 0 {
			return dotted(strings.TrimPrefix(rest[j+1:], "lib-dynload/"))
		}
	}
	return path.Base(p)
}

func dotted(p string) string {
	return strings.TrimSuffix(strings.ReplaceAll(p, "/", "."), ".__init__")
}

func (r *Rules) name(c *cpython.Code) frameName {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n, ok := r.names[c]; ok {
		return n
	}
	n := frameName{module: moduleOf(c.File)}
	n.function = n.module + ":" + c.Name
	// A program's own file may be called json.py; only installed files have a library's name.
	if strings.Contains(c.File, "/lib/python3") || strings.Contains(c.File, "-packages/") || strings.HasPrefix(c.File, "<frozen ") {
		if cat, ok := r.functions[n.function]; ok {
			n.category, n.found = cat, true
		}
		for m := n.module; !n.found && m != ""; {
			if cat, ok := r.modules[m]; ok {
				n.category, n.found = cat, true
			}
			i := strings.LastIndexByte(m, '.')
			if i < 0 {
				break
			}
			m = m[:i]
		}
	} else if cat, ok := r.functions[n.function]; ok {
		n.category, n.found = cat, true
	}
	if len(r.names) > 1<<16 {
		clear(r.names)
	}
	r.names[c] = n
	return n
}

// byFrames finds the leaf-most frame with a rule, up to the first of the program's own: what a library calls back is the program's work
// again, be it a task that a queue runs or a function behind a cache. Only an import goes on below the modules it runs.
func (r *Rules) byFrames(frames []cpython.Frame) (Category, string, bool) {
	back, module := false, false
	for _, f := range frames {
		n := r.name(f.Code)
		if n.found && n.category == Interpreter {
			continue // this function serves several purposes: its caller tells which
		}
		if n.found && (!back || module && n.category == Import) {
			return n.category, "frame " + n.module, true
		}
		if own(f.Code.File) {
			back, module = true, module || f.Code.Name == "<module>"
		}
	}
	return "", "", false
}

// Wait is what a blocked thread waits for, as far as the system tells.
type wait struct {
	state  State
	peer   string // address:port, or a unix socket's path
	port   int
	client bool // the peer connected to us: a request is awaited
	listen bool // a new connection is awaited
	idle   bool // an event loop with nothing but its own wake-up and clients
}

// categorise decides what a look's time belongs to, and says why. It may turn a wait into idleness.
func (r *Rules) categorise(state State, w wait, frames []cpython.Frame) (State, Category, string) {
	leaf := ""
	if len(frames) > 0 {
		leaf = r.name(frames[0].Code).function
	}
	switch state {
	case GIL:
		return state, GILWait, "state"
	case GC:
		return state, Garbage, "interpreter flag"
	case Child:
		return state, Process, "state"
	case Lock, Sleep:
		if r.idle[leaf] {
			return Idle, Waiting, "frame " + leaf
		}
		if state == Sleep {
			return state, Sleeping, "state"
		}
		// A lock held inside a library's call is that library's time: a pooled connection, a driver's own thread.
		if c, why, ok := r.byFrames(frames); ok && c != Import {
			return state, c, why
		}
		return state, LockWait, "state"
	case Socket:
		if w.listen || w.client || w.idle || r.idle[leaf] {
			return Idle, Waiting, "socket waits for a client"
		}
		if c, ok := r.ports[w.port]; ok {
			return state, c, "socket " + w.peer
		}
		if strings.Contains(w.peer, ".s.PGSQL.") || strings.Contains(w.peer, "mysql") {
			return state, Database, "socket " + w.peer
		}
		if strings.Contains(w.peer, "redis") {
			return state, Cache, "socket " + w.peer
		}
		if c, why, ok := r.byFrames(frames); ok && networked[c] {
			return state, c, why
		}
		if w.peer != "" {
			return state, API, "socket " + w.peer
		}
		return state, Other, "socket without a known peer"
	case File:
		if w.peer == "pipe" {
			if r.idle[leaf] {
				return Idle, Waiting, "frame " + leaf
			}
			return state, Process, "pipe"
		}
		if c, why, ok := r.byFrames(frames); ok && (c == Database || c == Import || c == Cache || c == Model) {
			return state, c, why
		}
		return state, Filesystem, "state"
	case Idle:
		return state, Waiting, "state"
	case Running, Native:
		if c, why, ok := r.byFrames(frames); ok {
			return state, c, why
		}
		if state == Native {
			return state, NativeCode, "runs without the GIL"
		}
		if len(frames) == 0 {
			return state, NativeCode, "no Python frame"
		}
		return state, Interpreter, "frame " + leaf
	}
	return state, Other, "state"
}

// emptyQueue says whether a thread waits in a queue's get: a worker for whom there is nothing to do. The main thread is not asked: what it
// takes from a queue is usually the result it waits for.
func (r *Rules) emptyQueue(frames []cpython.Frame) bool {
	for _, f := range frames {
		switch n := r.name(f.Code); {
		case n.function == "queue:Queue.get", strings.HasSuffix(f.Code.Name, "Queue.get"): // of any library
			return true
		case n.module != "threading":
			return false
		}
	}
	return false
}

var networked = map[Category]bool{Database: true, Cache: true, Queue: true, API: true, LLM: true, Model: true}
