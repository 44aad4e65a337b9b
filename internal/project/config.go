package project

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
)

// A Config is what roadworthy.toml, or [tool.roadworthy] in pyproject.toml, declares. It is loaded and validated once, at
// start; everything in it has passed the checks of the schema (schema.go), so readers need none of their own.
//
// Paths and patterns in it are relative to the configuration file's directory. LoadConfig turns them into paths relative
// to the checked root, which is what the rest of the program speaks.
type Config struct {
	File string // as shown to the user, relative to the checked root; "" when there is no configuration
	Dir  string // absolute directory of the file

	Check     Check
	Work      []Work // sorted by name, as all named sections
	Rules     Rules
	Waivers   []Waiver // in the order written
	Contracts []Contract
	Jobs      []Job
	Run       Run
	Queues    []Queue
	Benches   []Bench
	Catalogue Catalogue
	Settings  Settings
}

// Keys tells which keys a section has and on which line, for defaults that differ from a written zero and for findings
// that point into the configuration.
type Keys map[string]int

// Has says whether the key was written.
func (k Keys) Has(key string) bool { return k[key] > 0 }

// Check is [check]: what is looked at.
type Check struct {
	Exclude []string // .gitignore syntax
	Source  []string // directories that imports start from
	Python  string   // "3.12"
	Tests   []string // patterns of test code beside pytest's own names
	Keys    Keys
}

// Work is [work.NAME]: one declared piece of work.
type Work struct {
	Name  string
	Line  int
	Path  string
	Kind  Kind
	Tier  Tier // NoTier when not declared
	Owner string
	Entry string // "package.module:function" or a file
	Keys  Keys
}

// Rules is [rules]: severities that differ from the tier's.
type Rules struct {
	Disabled  []string // names or codes
	Overrides []RuleOverride
	Keys      Keys
}

// A RuleOverride is rules.NAME.
type RuleOverride struct {
	Rule     string // name or code, as written
	Line     int
	Severity diag.Severity // for every tier not in Tiers, when All is true
	All      bool
	Tiers    map[Tier]diag.Severity
	Options  map[string]any // the rule's own keys: string, int64, float64, bool, or lists of strings
	Keys     Keys
}

// A Waiver is one [[waiver]].
type Waiver struct {
	Line    int
	Rule    string
	Work    string
	Path    string // pattern in .gitignore syntax
	Owner   string
	Reason  string
	Expires time.Time // the day's start in UTC; the waiver holds through that day
	// Elsewhere is true when Path speaks of files outside the checked root, which is a part of the configured tree.
	Elsewhere bool
	Keys      Keys
}

// A Contract is [contracts.NAME]: what modules may do.
type Contract struct {
	Name    string
	Line    int
	Modules []string // dotted names; * for one part, ** for any number
	MayNot  []string // effect kinds
	May     []string // the only effect kinds allowed, when Keys has "may"
	Keys    Keys
}

// A Job is [job.NAME], or what @roadworthy.job says of a function.
type Job struct {
	Name              string
	Line              int
	Command           []string
	Shell             string // command given as one string, run by the shell
	Entry             string // "package.module:function" or "path/to/file.py:function"
	Adapter           string // celery, rq: the entry is a task function of theirs
	Directory         string
	Schedule          string
	Timezone          string
	Missed            string // skip, once, all
	Queue             string
	Priority          int
	Retries           int // meaningful when Keys has "retries"
	Backoff           Backoff
	Timeout           time.Duration
	Grace             time.Duration
	Memory            int64 // bytes
	Concurrency       int
	PerKey            string
	PerKeyConcurrency int
	RateLimit         Rate
	Slots             int
	IdempotencyKey    string
	Owner             string
	Alerts            []string
	Late              time.Duration
	MaxAge            time.Duration
	FailureRate       float64
	Expect            map[string]time.Duration
	Tier              Tier
	Env               map[string]string
	DependsOn         []string
	Keys              Keys
}

// Run is [run]: settings of `roadworthy up` and `roadworthy serve`.
type Run struct {
	Store         string // path, sqlite:PATH or postgres://…; ${NAME} is read from the environment
	Listen        string
	Python        string // interpreter, or a virtual environment's directory
	Workers       int
	Retention     time.Duration
	DeadRetention time.Duration
	Patience      time.Duration
	RecycleAfter  int
	Paths         []string // put before sys.path
	Alerts        []string
	SMTP          string
	MailFrom      string
	OTLP          string
	ProxyIdentity string
	Operators     []string
	Viewers       []string
	Keys          Keys
}

// A Queue is [queue.NAME].
type Queue struct {
	Name        string
	Line        int
	Concurrency int
	Keys        Keys
}

// A Backoff is the wait between attempts: Base, growing by Kind, never above Max when that is set.
type Backoff struct {
	Kind string // fixed, linear, exponential
	Base time.Duration
	Max  time.Duration
}

// A Rate is Count starts in each Per.
type Rate struct {
	Count int
	Per   time.Duration
}

// Catalogue is [catalogue].
type Catalogue struct {
	Stubs []string // directories of stub files
	Keys  Keys
}

// Settings is [settings].
type Settings struct {
	Modules []string // dotted names or patterns of modules that may read the environment
	Keys    Keys
}

// ConfigOptions is what validation needs to know from elsewhere.
type ConfigOptions struct {
	// Rules maps every rule's name and code to the keys of its own section; nil accepts any rule and key.
	Rules map[string][]string
}

// A ConfigError is one fault of the configuration.
type ConfigError struct {
	File    string
	Line    int
	Message string
	Help    string
}

func (e *ConfigError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message) }

// ConfigErrors are all faults of a configuration, in the order of lines. It is an error with one fault a line.
type ConfigErrors []*ConfigError

func (es ConfigErrors) Error() string {
	var lines []string
	for _, e := range es {
		line := e.Error()
		if e.Help != "" {
			line += " (" + e.Help + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// LoadConfig reads the configuration that governs root: roadworthy.toml, or pyproject.toml with [tool.roadworthy], in
// root (a directory, or a file's directory) or the nearest directory above it inside the same repository. Without one, it
// returns an empty Config. Every fault is in the error, a ConfigErrors unless the file could not be read at all.
func LoadConfig(root string, opts ConfigOptions) (*Config, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("load configuration for %s: %w", root, err)
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	if info, err := os.Stat(abs); err == nil && !info.IsDir() {
		abs = filepath.Dir(abs)
	}
	for dir := abs; ; {
		c, err := loadFrom(dir, abs, opts)
		if c != nil || err != nil {
			return c, err
		}
		up := filepath.Dir(dir)
		if up == dir || isRepository(dir) {
			return &Config{Dir: abs}, nil
		}
		dir = up
	}
}

func isRepository(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}

func loadFrom(dir, root string, opts ConfigOptions) (*Config, error) {
	shown := func(name string) string {
		if rel, err := filepath.Rel(root, filepath.Join(dir, name)); err == nil {
			return filepath.ToSlash(rel)
		}
		return name
	}
	own, err := readConfig(filepath.Join(dir, "roadworthy.toml"))
	if err != nil {
		return nil, err
	}
	pyproject, err := readConfig(filepath.Join(dir, "pyproject.toml"))
	if err != nil {
		return nil, err
	}
	var table *tomlTable
	if pyproject != nil {
		var bad *syntaxError
		var doc *tomlTable
		if doc, bad = parseTOML(pyproject); bad == nil || own == nil {
			table = doc.table("tool", "roadworthy")
			// A broken pyproject.toml is a finding elsewhere; here it only matters when our section may be in it.
			if bad != nil && table != nil {
				return nil, ConfigErrors{{File: shown("pyproject.toml"), Line: bad.line, Message: bad.message}}
			}
		}
	}
	if own == nil {
		if table == nil {
			return nil, nil
		}
		return buildConfig(table, shown("pyproject.toml"), "tool.roadworthy.", dir, root, opts)
	}
	file := shown("roadworthy.toml")
	if table != nil {
		return nil, ConfigErrors{{File: shown("pyproject.toml"), Line: max(table.line, 1), Message: "[tool.roadworthy] is here and " + file + " exists as well",
			Help: "keep one of them"}}
	}
	doc, bad := parseTOML(own)
	if bad != nil {
		return nil, ConfigErrors{{File: file, Line: bad.line, Message: bad.message}}
	}
	return buildConfig(doc, file, "", dir, root, opts)
}

// readConfig returns nil when there is no such file.
func readConfig(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil
	}
	if info.Size() > maxArtifact {
		return nil, fmt.Errorf("read %s: larger than %d MiB", path, maxArtifact>>20)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration %s: %w", path, cause(err))
	}
	return text, nil
}

// ParseConfig reads a configuration from text, as rules' pages and tests do; file is its name in messages.
func ParseConfig(text []byte, file string, opts ConfigOptions) (*Config, error) {
	doc, bad := parseTOML(text)
	if bad != nil {
		return nil, ConfigErrors{{File: file, Line: bad.line, Message: bad.message}}
	}
	return buildConfig(doc, file, "", "", "", opts)
}

// ParsePyproject is ParseConfig of [tool.roadworthy] in a pyproject.toml.
func ParsePyproject(text []byte, file string, opts ConfigOptions) (*Config, error) {
	doc, bad := parseTOML(text)
	if bad != nil {
		return nil, ConfigErrors{{File: file, Line: bad.line, Message: bad.message}}
	}
	table := doc.table("tool", "roadworthy")
	if table == nil {
		return &Config{File: file}, nil
	}
	return buildConfig(table, file, "tool.roadworthy.", "", "", opts)
}

func buildConfig(doc *tomlTable, file, prefix, dir, root string, opts ConfigOptions) (*Config, error) {
	c := &Config{File: file, Dir: dir}
	ck := &checker{file: file, prefix: prefix, rules: opts.Rules}
	schema(c).check(ck, doc)
	ck.cross(c)
	if len(ck.errs) > 0 {
		slices.SortStableFunc(ck.errs, func(a, b *ConfigError) int { return a.Line - b.Line })
		return nil, ConfigErrors(ck.errs)
	}
	c.rebase(dir, root)
	return c, nil
}

// rebase makes paths relative to the checked root. A root below the configuration's directory loses what is elsewhere:
// patterns for other directories are dropped, so that they cannot match by accident.
func (c *Config) rebase(dir, root string) {
	rel, err := filepath.Rel(dir, root)
	if err != nil || rel == "." || dir == "" {
		return
	}
	prefix := filepath.ToSlash(rel) + "/"
	file := func(p string) string {
		if p == "" {
			return ""
		}
		p = clean(p)
		if strings.HasPrefix(p+"/", prefix) {
			return strings.Trim(strings.TrimPrefix(p+"/", prefix), "/")
		}
		return strings.Repeat("../", strings.Count(prefix, "/")) + p
	}
	globs := func(list []string) []string {
		var out []string
		for _, g := range list {
			body := strings.TrimPrefix(g, "!")
			anchored := strings.Contains(strings.TrimSuffix(body, "/"), "/")
			switch tail, under := strings.CutPrefix(strings.TrimPrefix(body, "/"), prefix); {
			case !anchored || strings.HasPrefix(body, "**/"):
				out = append(out, g)
			case under:
				out = append(out, g[:len(g)-len(body)]+"/"+tail)
			}
		}
		return out
	}
	c.Check.Exclude, c.Check.Tests = globs(c.Check.Exclude), globs(c.Check.Tests)
	for i, s := range c.Check.Source {
		c.Check.Source[i] = file(s)
	}
	for i := range c.Work {
		c.Work[i].Path = file(c.Work[i].Path)
	}
	for i, w := range c.Waivers {
		if w.Path == "" {
			continue
		}
		if kept := globs([]string{w.Path}); len(kept) == 1 {
			c.Waivers[i].Path = kept[0]
		} else {
			c.Waivers[i].Elsewhere = true
		}
	}
}
