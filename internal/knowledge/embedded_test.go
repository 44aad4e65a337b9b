package knowledge

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestEveryEmbeddedStubIsValid(t *testing.T) {
	c := Load()
	if len(c.Modules()) < 300 {
		t.Errorf("only %d modules", len(c.Modules()))
	}
	for _, p := range c.Validate() {
		t.Errorf("%s", p)
	}
}

// elsewhere are names of the standard library that none of the interpreters here can show: they are on other platforms, or
// instances get them at run time.
var elsewhere = []string{
	"asyncio.ProactorEventLoop", "asyncio.WindowsSelectorEventLoopPolicy", "asyncio.WindowsProactorEventLoopPolicy", "ctypes.OleDLL", "ctypes.WinDLL", "ctypes.oledll", "ctypes.windll",
	"os.add_dll_directory", "os.listdrives", "os.listmounts", "os.listvolumes", "os.lchmod", "os.chflags", "os.lchflags", "os.startfile",
	"select.kqueue", "select.kevent", "select.devpoll", "selectors.DevpollSelector", "selectors.KqueueSelector", "socket.fromshare", "subprocess.STARTUPINFO",
	"configparser.SectionProxy.", "multiprocessing.synchronize.Condition.", "multiprocessing.synchronize.SemLock.", "threading.Condition.",
	"typing.IO.", "urllib.error.HTTPError.", "xml.etree.ElementTree.Element.__iter__", "builtins.object.__eq__", "collections.deque.__getitem__",
}

// TestNamesAreThoseOfTheStandardLibrary holds the stubs against python3, the python3.N on PATH and those that
// ROADWORTHY_PYTHONS lists. The stubs are the union of all versions, so a difference counts when every interpreter has it; with
// the oldest and the newest version among them that finds every wrong name.
func TestNamesAreThoseOfTheStandardLibrary(t *testing.T) {
	pythons := filepath.SplitList(os.Getenv("ROADWORTHY_PYTHONS"))
	for _, n := range append([]string{"python3"}, "python3.8", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14", "python3.15") {
		if p, err := exec.LookPath(n); err == nil {
			pythons = append(pythons, p)
		}
	}
	var common map[string]bool
	oldest, newest := 99, 0
	for _, p := range pythons {
		out, err := exec.Command(p, "-c", "import sys; print(sys.version_info[1])").Output()
		minor, convErr := strconv.Atoi(strings.TrimSpace(string(out)))
		if err != nil || convErr != nil || minor < 8 {
			continue // a launcher without an interpreter behind it
		}
		out, err = exec.Command(p, "-W", "ignore", "check_names.py", "stubs/stdlib").CombinedOutput()
		if !strings.Contains(string(out), "stubs compared") {
			t.Fatalf("%s check_names.py: %v\n%s", p, err, out)
		}
		found := map[string]bool{}
		for line := range strings.Lines(string(out)) {
			if place, what, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && strings.Contains(place, ".pyi:") {
				found[place+": "+what] = common == nil || common[place+": "+what]
			}
		}
		maps.DeleteFunc(found, func(_ string, in bool) bool { return !in })
		common = found
		oldest, newest = min(oldest, minor), max(newest, minor)
	}
	if common == nil {
		t.Skip("no python3 on PATH")
	}
	maps.DeleteFunc(common, func(line string, _ bool) bool {
		_, what, _ := strings.Cut(line, ": ")
		return slices.ContainsFunc(elsewhere, func(e string) bool { return strings.HasPrefix(what, e) })
	})
	if oldest > 8 || newest < 15 {
		t.Logf("Python 3.%d to 3.%d: %d names cannot be settled without 3.8 and 3.15", oldest, newest, len(common))
		if c := Load(); len(common)*8 > defined(c) {
			t.Errorf("these are too many of %d definitions", defined(c))
		}
		return
	}
	for _, line := range slices.Sorted(maps.Keys(common)) {
		t.Error(line)
	}
}

// defined counts the definitions of a catalogue.
func defined(c *Catalogue) int {
	n := 0
	var count func(e *Entity)
	count = func(e *Entity) {
		for _, name := range c.Names(e) {
			if m := e.members[name]; m.Kind != alias {
				n++
				count(m)
			}
		}
	}
	for _, m := range c.Modules() {
		count(c.Module(m))
	}
	return n
}

// TestNamesAreThoseOfTheLibraries needs the releases that the stubs were written for, so it runs where
// ROADWORTHY_LIBRARIES names the interpreter of an environment that has them.
func TestNamesAreThoseOfTheLibraries(t *testing.T) {
	python := os.Getenv("ROADWORTHY_LIBRARIES")
	if python == "" {
		t.Skip("ROADWORTHY_LIBRARIES is not set")
	}
	entries, err := os.ReadDir("stubs")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && e.Name() != "stdlib" {
			if out, err := exec.Command(python, "-W", "ignore", "check_names.py", "stubs/"+e.Name()).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", e.Name(), err, out)
			}
		}
	}
}

// A typical program: its imports, and a few names of each.
var typical = []string{
	"os.environ", "os.path.join", "sys.exit", "json.loads", "re.compile", "logging.getLogger", "datetime.datetime.now", "pathlib.Path.read_text",
	"subprocess.run", "asyncio.gather", "time.sleep", "random.random", "collections.defaultdict", "functools.lru_cache", "threading.Thread.start", "enum.Enum",
	"contextlib.contextmanager", "tempfile.mkdtemp", "shutil.rmtree", "uuid.uuid4", "hashlib.sha256", "csv.reader", "socket.socket.connect", "urllib.request.urlopen",
	"concurrent.futures.ThreadPoolExecutor.submit", "pickle.loads", "sqlite3.connect", "io.StringIO", "itertools.chain", "dataclasses.dataclass",
	"requests.get", "httpx.AsyncClient.get", "fastapi.FastAPI.get", "sqlalchemy.create_engine", "redis.Redis.get", "celery.Celery.task", "pandas.read_csv", "boto3.client",
	"numpy.load", "openai.OpenAI",
}

func TestTypicalNamesAreKnown(t *testing.T) {
	c := Load()
	for _, n := range typical {
		if c.Lookup(n) == nil {
			t.Errorf("%s is unknown", n)
		}
	}
	for _, n := range []string{"str", "list", "dict", "int", "bytes", "set", "tuple", "print", "open", "Exception"} {
		if c.Builtin(n) == nil {
			t.Errorf("the builtin %s is unknown", n)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Load()
	}
}

// BenchmarkTypicalProgram is everything that a check of a program with 40 imports pays for the catalogue.
func BenchmarkTypicalProgram(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		c := Load()
		for _, n := range typical {
			if e := c.Lookup(n); e != nil && e.Returns != nil {
				c.Class(e.Returns)
			}
		}
	}
}

// BenchmarkWholeCatalogue defines every name of every stub.
func BenchmarkWholeCatalogue(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		c := Load()
		size := 0
		for _, m := range c.Modules() {
			e := c.Module(m)
			c.defineAll(e)
			if e.stub != nil {
				size += len(e.stub.src)
			}
		}
		b.SetBytes(int64(size))
	}
}

func BenchmarkMember(b *testing.B) {
	c := Load()
	class := c.Lookup("pathlib.Path")
	for b.Loop() {
		if c.Member(class, "read_text") == nil || c.Member(class, "nothing") != nil {
			b.Fatal("wrong answer")
		}
	}
}

func TestNamesAreSortedAsInTheStub(t *testing.T) {
	c := Load()
	names := c.Names(c.Builtin("str"))
	if !slices.Contains(names, "upper") || slices.Contains(names, "__init_subclass__") {
		t.Errorf("names of str: %v", names)
	}
}
