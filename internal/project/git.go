package project

import (
	"bufio"
	"context"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// History answers how old paths are and how many people wrote them, from git's log. It asks the git program, at most for
// its budget of time in all, and only when asked: what is not known by then is said to be unknown, and the same question is
// never asked twice. It is safe for concurrent use.
type History struct {
	root   string
	mu     sync.Mutex
	left   time.Duration
	known  map[string]Facts
	git    string
	failed string
}

// Facts is what git's log tells about a path.
type Facts struct {
	Known   bool
	Why     string // why nothing is known: "no git", "not in a repository", "no time", "not tracked"
	Authors int    // distinct mail addresses
	Commits int
	First   time.Time
	Last    time.Time
	// Partial is true when the log was cut, by time or by a shallow clone: the numbers are then lower bounds.
	Partial bool
}

// HistoryBudget is what a check that asks for it spends on git's log, all paths together.
const HistoryBudget = 10 * time.Second

// NewHistory prepares to ask; it runs nothing yet.
func NewHistory(root string, budget time.Duration) *History {
	h := &History{root: root, left: budget, known: map[string]Facts{}}
	git, err := exec.LookPath("git")
	if err != nil {
		h.failed = "no git"
	}
	h.git = git
	return h
}

// Of returns the facts of a file or directory, by slash path relative to the root.
func (h *History) Of(ctx context.Context, path string) Facts {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f, ok := h.known[path]; ok {
		return f
	}
	f := h.ask(ctx, path)
	h.known[path] = f
	return f
}

func (h *History) ask(ctx context.Context, path string) Facts {
	if h.failed != "" {
		return Facts{Why: h.failed}
	}
	if h.left <= 0 {
		return Facts{Why: "no time"}
	}
	ctx, cancel := context.WithTimeout(ctx, h.left)
	defer cancel()
	start := time.Now()
	defer func() { h.left -= time.Since(start) }()
	if path == "" {
		path = "."
	}
	// A repository may name programs in its own configuration (a pager, a file system monitor); reading its log must start
	// none of them. Lazy fetching of a partial clone would reach the network.
	cmd := exec.CommandContext(ctx, h.git, "-C", h.root, "--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false",
		"-c", "core.commitGraph=true", "log", "--no-color", "--no-decorate", "--no-mailmap", "--format=%ae%x00%at", "--", ":(literal)"+path)
	// A git hook that runs this command sets variables that name another repository or index.
	env := slices.DeleteFunc(cmd.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "GIT_DIR=") || strings.HasPrefix(v, "GIT_WORK_TREE=") || strings.HasPrefix(v, "GIT_INDEX_FILE=") || strings.HasPrefix(v, "GIT_PREFIX=")
	})
	cmd.Env = append(env, "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	cmd.WaitDelay = 20 * time.Millisecond
	out, err := cmd.StdoutPipe()
	if err != nil {
		return Facts{Why: "no git"}
	}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	if err := cmd.Start(); err != nil {
		h.failed = "no git"
		return Facts{Why: h.failed}
	}
	f := Facts{}
	authors := map[string]bool{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		mail, at, ok := strings.Cut(lines.Text(), "\x00")
		seconds, err := strconv.ParseInt(at, 10, 64)
		if !ok || err != nil {
			continue
		}
		when := time.Unix(seconds, 0).UTC()
		authors[strings.ToLower(mail)] = true
		f.Commits++
		if f.First.IsZero() || when.Before(f.First) {
			f.First = when
		}
		if when.After(f.Last) {
			f.Last = when
		}
	}
	err = cmd.Wait()
	f.Authors = len(authors)
	switch {
	case f.Commits > 0:
		f.Known = true
		f.Partial = ctx.Err() != nil || err != nil
	case ctx.Err() != nil:
		f.Why = "no time"
	case err != nil && (strings.Contains(complaint.String(), "not a git repository") || strings.Contains(complaint.String(), "does not have any commits")):
		h.failed = "not in a repository"
		f.Why = h.failed
	case err != nil:
		h.failed = "git cannot read this repository"
		f.Why = h.failed
	default:
		f.Why = "not tracked"
	}
	return f
}
