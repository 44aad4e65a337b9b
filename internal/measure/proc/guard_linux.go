package proc

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

const guardEnv = "ROADWORTHY_GUARD"

// A guard is this program started a second time. It reads group numbers from a pipe whose other end only roadworthy holds; when
// roadworthy is gone, however it went, the read ends and the guard ends the groups that are still listed.

type guard struct {
	mu   sync.Mutex
	pipe *os.File
}

var (
	guardOnce sync.Once
	guardOne  *guard
	guardErr  error
)

func init() {
	if os.Getenv(guardEnv) == "1" {
		guardMain()
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
		cmd.Env = []string{guardEnv + "=1", "GOMAXPROCS=1"}
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

func (g *guard) add(pid int)    { g.say("+%d\n", pid) }
func (g *guard) remove(pid int) { g.say("-%d\n", pid) }

func (g *guard) say(format string, v any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	fmt.Fprintf(g.pipe, format, v)
}

func guardMain() {
	signal.Ignore(unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT)
	groups := map[int]bool{}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		line := in.Text()
		if len(line) < 2 {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(line[1:]))
		if err != nil || n < 2 {
			continue
		}
		if line[0] == '+' {
			groups[n] = true
		} else {
			delete(groups, n)
		}
	}
	for pgid := range groups {
		unix.Kill(-pgid, unix.SIGKILL)
	}
}
