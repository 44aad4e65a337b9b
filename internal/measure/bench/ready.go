package bench

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Readiness is what a lock file says about one dependency on one interpreter.
type Readiness struct {
	Package string `json:"package"`
	Version string `json:"version"`
	// Wheel is `pure`, `built` (for this interpreter), `stable` (stable ABI), `source` (no wheel fits: it would be compiled), or
	// `unknown` (the lock lists no files).
	Wheel string `json:"wheel"`
	// GIL says what importing does on a free-threaded interpreter: `off` (a wheel built for it exists, or there is no native code),
	// `on` when it is known to turn the lock back on, `unknown` otherwise; empty on an interpreter with the lock.
	GIL string `json:"gil,omitempty"`
}

var (
	wheelName   = regexp.MustCompile(`([A-Za-z0-9][A-Za-z0-9._]*)-([A-Za-z0-9][A-Za-z0-9._+!]*?)(?:-\d[A-Za-z0-9_]*)?-((?:py|cp|pp)[A-Za-z0-9_.]*)-([A-Za-z0-9_.]+)-([A-Za-z0-9_.]+)\.whl`)
	packageName = regexp.MustCompile(`^name\s*=\s*"([^"]+)"`)
	packageVer  = regexp.MustCompile(`^version\s*=\s*"([^"]+)"`)
	normalise   = regexp.MustCompile(`[-_.]+`)
)

// Ready reads the text of a lock file (uv.lock, poetry.lock, pylock.toml: `[[package]]` or `[[packages]]` tables that name their
// files) and says for every package whether a wheel fits the interpreter tag (cp313, cp314t) on a platform (linux, x86_64).
// Wheel names follow the binary distribution format of the packaging specifications: name-version(-build)-python-abi-platform.
func Ready(lock, tag, system, arch string) ([]Readiness, error) {
	minor, free, err := splitTag(tag)
	if err != nil {
		return nil, err
	}
	type entry struct {
		name, version string
		wheels        [][3]string
		source, local bool
	}
	var entries []*entry
	var cur *entry
	table := ""
	for line := range strings.Lines(lock) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") && !strings.Contains(line, "=") {
			table = line
			if line == "[[package]]" || line == "[[packages]]" {
				cur = &entry{}
				entries = append(entries, cur)
			}
			continue
		}
		if cur == nil {
			continue
		}
		if table == "[[package]]" || table == "[[packages]]" {
			if m := packageName.FindStringSubmatch(line); m != nil && cur.name == "" {
				cur.name = m[1]
			}
			if m := packageVer.FindStringSubmatch(line); m != nil && cur.version == "" {
				cur.version = m[1]
			}
			if strings.HasPrefix(line, "source = {") && (strings.Contains(line, "virtual") || strings.Contains(line, "editable") || strings.Contains(line, "directory")) {
				cur.local = true
			}
		}
		for _, m := range wheelName.FindAllStringSubmatch(line, -1) {
			cur.wheels = append(cur.wheels, [3]string{m[3], m[4], m[5]})
		}
		if strings.Contains(line, ".tar.gz") || strings.Contains(line, ".zip\"") {
			cur.source = true
		}
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("readiness: no [[package]] table found; a uv.lock, poetry.lock or pylock.toml is needed")
	}
	var out []Readiness
	for _, e := range entries {
		if e.local || e.name == "" {
			continue
		}
		r := Readiness{Package: normalise.ReplaceAllString(strings.ToLower(e.name), "-"), Version: e.version, Wheel: "unknown"}
		rank := map[string]int{"unknown": 0, "source": 1, "stable": 2, "built": 3, "pure": 4}
		better := func(w string) {
			if rank[w] > rank[r.Wheel] {
				r.Wheel = w
			}
		}
		if e.source || len(e.wheels) > 0 {
			better("source")
		}
		for _, w := range e.wheels {
			better(fits(w, minor, free, system, arch))
		}
		if free {
			switch r.Wheel {
			case "pure", "built":
				r.GIL = "off"
			default:
				r.GIL = "unknown"
			}
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Readiness) int { return strings.Compare(a.Package, b.Package) })
	return out, nil
}

func splitTag(tag string) (minor int, free bool, err error) {
	digits, ok := strings.CutPrefix(tag, "cp3")
	free = strings.HasSuffix(digits, "t")
	minor, err = strconv.Atoi(strings.TrimSuffix(digits, "t"))
	if !ok || err != nil {
		return 0, false, fmt.Errorf("readiness: %q is not an interpreter tag such as cp313 or cp313t", tag)
	}
	return minor, free, nil
}

// fits says in which way a wheel serves the interpreter, "unknown" for not at all.
func fits(w [3]string, minor int, free bool, system, arch string) string {
	if w[2] != "any" && !platformFits(w[2], system, arch) {
		return "unknown"
	}
	version := false
	for _, py := range strings.Split(w[0], ".") {
		if n, ok := strings.CutPrefix(py, "py3"); ok {
			v, err := strconv.Atoi(n)
			version = version || n == "" || (err == nil && v <= minor)
		}
		version = version || py == "py3"
		if n, ok := strings.CutPrefix(py, "cp3"); ok {
			v, err := strconv.Atoi(n)
			// The stable ABI counts upwards from the version it was built for; a plain build fits its own version only.
			if err == nil && (v == minor || (v < minor && strings.Contains(w[1], "abi3"))) {
				version = true
			}
		}
	}
	if !version {
		return "unknown"
	}
	for _, abi := range strings.Split(w[1], ".") {
		switch {
		case abi == "none" && w[2] == "any":
			return "pure"
		case abi == "none":
			return "built" // native code that does not use Python's ABI
		case abi == "abi3" && !free: // PEP 703: a free-threaded interpreter has no stable ABI until abi3t (PEP 803)
			return "stable"
		case abi == "abi3t":
			return "stable"
		case abi == "cp3"+strconv.Itoa(minor)+"t" && free, abi == "cp3"+strconv.Itoa(minor) && !free:
			return "built"
		}
	}
	return "unknown"
}

func platformFits(platform, system, arch string) bool {
	for _, p := range strings.Split(platform, ".") {
		switch system {
		case "linux":
			if (strings.HasPrefix(p, "manylinux") || strings.HasPrefix(p, "linux")) && strings.HasSuffix(p, arch) {
				return true
			}
		case "darwin":
			if strings.HasPrefix(p, "macosx") && (strings.HasSuffix(p, arch) || strings.HasSuffix(p, "universal2")) {
				return true
			}
		case "windows":
			if p == "win_amd64" && arch == "x86_64" || p == "win_arm64" && arch == "aarch64" {
				return true
			}
		}
	}
	return false
}

// ReadyText writes what is not ready, and one line for the rest.
func ReadyText(w io.Writer, tag string, rs []Readiness) {
	rows := [][]string{{"package", "version", "wheel for " + tag, "GIL"}}
	fine := 0
	for _, r := range rs {
		if (r.Wheel == "pure" || r.Wheel == "built" || r.Wheel == "stable") && r.GIL != "unknown" && r.GIL != "on" {
			fine++
			continue
		}
		wheel := r.Wheel
		if wheel == "source" {
			wheel = "none: would be compiled"
		}
		rows = append(rows, []string{r.Package, r.Version, wheel, r.GIL})
	}
	fmt.Fprintf(w, "%d of %d locked packages are ready for %s\n", fine, len(rs), tag)
	if len(rows) > 1 {
		Table(w, rows)
	}
}
