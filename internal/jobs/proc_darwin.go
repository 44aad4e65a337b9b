package jobs

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

const (
	sockCloexec = 0
	forkSafe    = false // system frameworks do not survive a fork without exec
	rssUnit     = 1
)

func closeOnExec(fds []int) {
	for _, fd := range fds {
		syscall.CloseOnExec(fd)
	}
}

func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func groupRSS(pid int, _ bool) int64 {
	out, err := exec.Command("ps", "-o", "rss=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	return n * 1024
}

func peakRSS(pid int) int64 { return groupRSS(pid, false) }

type oomCounter struct{}

var oomKills oomCounter

func (*oomCounter) rose() bool { return false }

func sweep(string) int { _ = os.Getpid(); return 0 }
