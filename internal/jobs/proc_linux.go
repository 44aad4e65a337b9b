package jobs

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

const (
	sockCloexec = syscall.SOCK_CLOEXEC
	forkSafe    = true
	rssUnit     = 1024
)

func closeOnExec([]int) {} // done at birth

// childAttr puts a child into a group of its own and lets the kernel end it with us, however we end.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// groupRSS is the resident memory of a process, and of everything else in its group if group is true.
func groupRSS(pid int, group bool) int64 {
	total := statm(pid)
	if !group {
		return total
	}
	children, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/task/" + strconv.Itoa(pid) + "/children")
	if err != nil {
		return total
	}
	for _, f := range strings.Fields(string(children)) {
		if child, err := strconv.Atoi(f); err == nil {
			total += groupRSS(child, true)
		}
	}
	return total
}

func statm(pid int) int64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0
	}
	f := bytes.Fields(b)
	if len(f) < 2 {
		return 0
	}
	n, _ := strconv.ParseInt(string(f[1]), 10, 64)
	return n * int64(os.Getpagesize())
}

// peakRSS is the most memory a process has held.
func peakRSS(pid int) int64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, ok := bytes.Cut(b, []byte("VmHWM:"))
	if !ok {
		return 0
	}
	f := bytes.Fields(rest)
	if len(f) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(string(f[0]), 10, 64)
	return n * 1024
}

// oomCounter watches the kernel's count of processes it killed for memory.
type oomCounter struct {
	mu   sync.Mutex
	last int64
}

var oomKills oomCounter

func (c *oomCounter) read() int64 {
	b, err := os.ReadFile("/proc/vmstat")
	if err != nil {
		return 0
	}
	_, rest, ok := bytes.Cut(b, []byte("\noom_kill "))
	if !ok {
		return 0
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	n, _ := strconv.ParseInt(string(line), 10, 64)
	return n
}

// rose says whether the count has gone up since it was last asked (or since start took the first reading).
func (c *oomCounter) rose() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.read()
	rose := now > c.last
	c.last = now
	return rose
}

// sweep ends processes that an earlier owner of this data directory left behind. They are known by the variable that
// every process of ours inherits.
func sweep(mark string) (killed int) {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil || pid == os.Getpid() {
			continue
		}
		env, err := os.ReadFile(filepath.Join(dir, "environ"))
		if err != nil {
			continue
		}
		for _, kv := range bytes.Split(env, []byte{0}) {
			if string(kv) == mark {
				if syscall.Kill(pid, syscall.SIGKILL) == nil {
					killed++
				}
				break
			}
		}
	}
	return killed
}
