package knowledge

import (
	"os"
	"os/exec"
	"slices"
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

// TestNamesAreThoseOfTheModules compares the standard library's stubs with the python3 on PATH, and the others with
// what is installed beside it.
func TestNamesAreThoseOfTheModules(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 on PATH")
	}
	entries, err := os.ReadDir("stubs")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			out, err := exec.Command(python, "-W", "ignore", "check_names.py", "stubs/"+e.Name()).CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
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
