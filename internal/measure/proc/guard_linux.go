package proc

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// guardEnv is the variable that tells a guard so; it holds the process that the guard is for.
const guardEnv = "ROADWORTHY_GUARD"

// A guard is this program started a second time. It reads group numbers from a pipe whose other end only roadworthy holds; when
// roadworthy is gone, however it went, the read ends and the guard ends the groups that are still listed.
//
// A command that was started has no number yet that the guard could be told. So its start is announced first, and what is
// started carries a mark in its environment, by which the guard finds what a start has left that roadworthy did not live to
// number.

type guard struct {
	mu     sync.Mutex
	pipe   *os.File
	starts int
}

// markEnv is the variable that holds the mark. Marks are all of one length: the size of the environment moves the stack, and
// with it what is measured.
const markEnv = "ROADWORTHY_MEASURED"

func mark(owner, start int) string { return fmt.Sprintf("%s=%010d.%010d", markEnv, owner, start) }

var (
	guardOnce sync.Once
	guardOne  *guard
	guardErr  error
)

func init() {
	if owner, err := strconv.Atoi(os.Getenv(guardEnv)); err == nil {
		guardMain(owner)
		os.Exit(0)
	}
}

func theGuard() (*guard, error) {
	guardOnce.Do(func() {
		self, err := os.Executable()
		if err != nil {
			guardErr = fmt.Errorf("start guard: %w", err)
			return
		}
		r, w, err := os.Pipe()
		if err != nil {
			guardErr = fmt.Errorf("start guard: %w", err)
			return
		}
		cmd := exec.Command(self)
		cmd.Args = []string{"roadworthy-guard"}
		cmd.Env = []string{guardEnv + "=" + strconv.Itoa(os.Getpid()), "GOMAXPROCS=1"}
		cmd.Stdin = r
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := cmd.Start(); err != nil {
			guardErr = fmt.Errorf("start guard: %w", err)
			return
		}
		r.Close()
		go cmd.Wait()
		guardOne = &guard{pipe: w}
	})
	return guardOne, guardErr
}

// announce tells of a start, which add or fail ends; the command is to have the mark in its environment.
func (g *guard) announce() (start int, carries string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.starts++
	fmt.Fprintf(g.pipe, "?%d\n", g.starts)
	return g.starts, mark(os.Getpid(), g.starts)
}

func (g *guard) add(start, pid int) { g.say("+%d\n!%d\n", pid, start) }
func (g *guard) fail(start int)     { g.say("!%d\n", start) }
func (g *guard) remove(pid int)     { g.say("-%d\n", pid) }

func (g *guard) say(format string, v ...any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	fmt.Fprintf(g.pipe, format, v...)
}

func guardMain(owner int) {
	signal.Ignore(unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT)
	groups, starts := map[int]bool{}, map[int]bool{}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		line := in.Text()
		if len(line) < 2 {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(line[1:]))
		if err != nil || n < 1 {
			continue
		}
		switch line[0] {
		case '+':
			groups[n] = true
		case '-':
			delete(groups, n)
		case '?':
			starts[n] = true
		case '!':
			delete(starts, n)
		}
	}
	for pgid := range groups {
		if pgid > 1 {
			unix.Kill(-pgid, unix.SIGKILL)
		}
	}
	for n := range starts {
		endMarked(mark(owner, n))
	}
}

// endMarked ends every process with a mark. What is being started as it looks is found a moment later.
func endMarked(mark string) {
	variable := []byte("\x00" + mark + "\x00")
	for range 5 {
		entries, _ := os.ReadDir("/proc")
		for _, e := range entries {
			pid, err := strconv.Atoi(e.Name())
			if err != nil || pid == os.Getpid() {
				continue
			}
			env, err := os.ReadFile("/proc/" + e.Name() + "/environ")
			if err == nil && bytes.Contains(append([]byte{0}, env...), variable) {
				unix.Kill(pid, unix.SIGKILL)
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
}
