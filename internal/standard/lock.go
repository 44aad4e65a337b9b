package standard

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/standard/tomledit"
)

// LockPath is where an adopted repository remembers what the standard wrote.
const LockPath = ".roadworthy/standard.lock"

// A Lock is the base of the three-way merge: for each key, what the standard last wanted, and who owns the value that is in
// the file.
type Lock struct {
	Version int
	Keys    map[string]Locked
}

// A Locked is one key of the lock.
type Locked struct {
	Owner string // "standard": written by it and not changed since; "user": the user's
	Value string // what the standard wanted, as rendered
}

func (l *Lock) has(key string) bool { _, ok := l.Keys[key]; return ok }

func (l *Lock) hasPrefix(prefix string) bool {
	for k := range l.Keys {
		if strings.HasPrefix(k, prefix) {
			return true
		}
	}
	return false
}

// ReadLock reads the lock; a repository that has none gives an empty one.
func ReadLock(root string) (*Lock, error) {
	l := &Lock{Keys: map[string]Locked{}}
	raw, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(LockPath)))
	if os.IsNotExist(err) {
		return l, nil
	} else if err != nil {
		return nil, fmt.Errorf("read %s: %w", LockPath, cause(err))
	}
	bad := func(n int, what string) error { return fmt.Errorf("%s:%d: %s", LockPath, n, what) }
	key := ""
	for i, text := range strings.Split(string(raw), "\n") {
		text = strings.TrimSpace(text)
		name, value, isKey := strings.Cut(text, " = ")
		switch {
		case text == "" || text[0] == '#' || text == "[[key]]":
		case !isKey:
			return nil, bad(i+1, "neither a key nor a heading")
		case name == "version":
			if l.Version, err = strconv.Atoi(value); err != nil {
				return nil, bad(i+1, "version is no number")
			}
		default:
			v, err := strconv.Unquote(value)
			if err != nil {
				return nil, bad(i+1, name+" is no text in quotes")
			}
			k := l.Keys[key]
			switch name {
			case "name":
				key, k = v, Locked{}
			case "owner":
				if k.Owner = v; v != "standard" && v != "user" {
					return nil, bad(i+1, "owner is neither standard nor user")
				}
			case "value":
				k.Value = v
			default:
				return nil, bad(i+1, name+" is not known")
			}
			if key == "" {
				return nil, bad(i+1, name+" stands before any name")
			}
			l.Keys[key] = k
		}
	}
	return l, nil
}

// Text is the lock as written: TOML, sorted, so that it merges well.
func (l *Lock) Text() string {
	var b strings.Builder
	b.WriteString("# Written by roadworthy adopt: what the standard wanted of each key, and who owns what is there now.\n")
	fmt.Fprintf(&b, "version = %d\n", l.Version)
	names := make([]string, 0, len(l.Keys))
	for n := range l.Keys {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		k := l.Keys[n]
		fmt.Fprintf(&b, "\n[[key]]\nname = %s\nowner = %q\nvalue = %s\n", tomledit.Quote(n), k.Owner, tomledit.Quote(k.Value))
	}
	return b.String()
}
