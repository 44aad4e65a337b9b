package proc

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Supported returns nil where processes can be measured.
func Supported() error { return nil }

// A Process is a started command that runs on: a service under load, the target of a profile.
type Process struct {
	Pid   int
	start time.Time
	done  chan struct{}
	s     Sample
	err   error
}

// Done is closed when the process has ended and its group is empty.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits for the end and returns the sample.
func (p *Process) Wait() (Sample, error) {
	<-p.done
	return p.s, p.err
}

// Stop asks the group to end, waits, and ends it when it does not listen.
func (p *Process) Stop(patience time.Duration) (Sample, error) {
	unix.Kill(-p.Pid, unix.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(patience):
		unix.Kill(-p.Pid, unix.SIGKILL)
	}
	return p.Wait()
}

// Run runs the command to its end.
func Run(ctx context.Context, c Command) (Sample, error) {
	p, err := Start(ctx, c)
	if err != nil {
		return Sample{}, err
	}
	s, err := p.Wait()
	if err == nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	return s, err
}

// Start starts the command. Cancelling ctx ends its group.
func Start(ctx context.Context, c Command) (*Process, error) {
	if len(c.Argv) == 0 {
		return nil, fmt.Errorf("start process: no command given")
	}
	path := c.Argv[0]
	if !strings.Contains(path, "/") {
		found, err := exec.LookPath(path)
		if err != nil {
			return nil, fmt.Errorf("start %s: %w", path, err)
		}
		path = found
	}
	g, err := theGuard()
	if err != nil {
		return nil, err
	}
	files := make([]uintptr, 3, 3+len(c.Files))
	for i, name := range []string{os.DevNull, c.Stdout, c.Stderr} {
		flags := os.O_RDONLY
		if i > 0 {
			flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
			if name == "" {
				name, flags = os.DevNull, os.O_WRONLY
			}
		}
		f, err := os.OpenFile(name, flags, 0o644)
		if err != nil {
			return nil, fmt.Errorf("start %s: %w", c.Argv[0], err)
		}
		defer f.Close()
		files[i] = f.Fd()
	}
	files = append(files, c.Files...)
	env := c.Env
	if env == nil {
		env = os.Environ()
	}
	p := &Process{done: make(chan struct{})}
	started := make(chan error, 1)
	go p.supervise(ctx, path, c, g, env, files, started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Argv[0], err)
	}
	return p, nil
}

// supervise owns one operating system thread: the parent-death signal is tied to the thread that forked, and the instruction counter
// to the thread whose children inherit it.
func (p *Process) supervise(ctx context.Context, path string, c Command, g *guard, env []string, files []uintptr, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	counter := openInstructions()
	before := ownPeak()
	start, mark := g.announce()
	env = append(slices.Clip(env), mark)
	p.start = time.Now()
	pid, err := syscall.ForkExec(path, c.Argv, &syscall.ProcAttr{
		Dir: c.Dir, Env: env, Files: files,
		Sys: &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		g.fail(start)
		counter.close()
		started <- err
		return
	}
	p.Pid = pid
	g.add(start, pid)
	started <- nil

	// Whatever ends the group early does so through the group's number, which stays ours until the leader is reaped below.
	stop := make(chan struct{})
	watched := make(chan struct{})
	var expired atomic.Bool
	go func() {
		var limit <-chan time.Time
		if c.Limit > 0 {
			t := time.NewTimer(c.Limit)
			defer t.Stop()
			limit = t.C
		}
		select {
		case <-stop:
		case <-limit:
			expired.Store(true)
			unix.Kill(-pid, unix.SIGKILL)
		case <-ctx.Done():
			unix.Kill(-pid, unix.SIGKILL)
		}
	}()
	var peak, pss int64
	go func() {
		defer close(watched)
		for c.Watch {
			hwm, share := treeMemory(pid)
			peak, pss = max(peak, hwm), max(pss, share)
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()

	var info unix.Siginfo
	for {
		err = unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			break
		}
	}
	p.s.Wall = time.Since(p.start)
	close(stop)
	<-watched
	p.s.Delay, p.s.Counted = delay(pid)
	p.s.Left = groupAlive(pid)
	unix.Kill(-pid, unix.SIGKILL)
	var status syscall.WaitStatus
	var usage syscall.Rusage
	for {
		_, err = syscall.Wait4(pid, &status, 0, &usage)
		if err != syscall.EINTR {
			break
		}
	}
	g.remove(pid)
	if err != nil {
		p.err = fmt.Errorf("wait for %s: %w", c.Argv[0], err)
	}
	p.s.User = time.Duration(usage.Utime.Nano())
	p.s.System = time.Duration(usage.Stime.Nano())
	p.s.Faults, p.s.Switches = usage.Majflt, usage.Nivcsw
	// Between fork and exec the child runs on our memory, and the kernel counts that as its peak (exec notes the old address
	// space's high-water mark). A figure not above our own is therefore ours, not the child's.
	p.s.Peak = peak
	if rss := usage.Maxrss * 1024; rss > before+before/16 {
		p.s.Peak = rss
	}
	p.s.PSS = pss
	p.s.Instructions = counter.close()
	p.s.Expired = expired.Load()
	p.s.Exit = status.ExitStatus()
	if status.Signaled() {
		p.s.Exit = 128 + int(status.Signal())
		p.s.Signal = unix.SignalName(status.Signal())
	}
	close(p.done)
}

// delay reads the second of the sums in /proc/PID/schedstat: processor time, time waited for a processor, turns. It is that of the first
// thread, also after its end, until the process is reaped.
func delay(pid int) (time.Duration, bool) {
	b, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/schedstat")
	f := strings.Fields(string(b))
	if len(f) < 3 || f[2] == "0" { // a kernel that does not count says that it never ran
		return 0, false
	}
	ns, err := strconv.ParseInt(f[1], 10, 64)
	return time.Duration(ns), err == nil
}

func ownPeak() int64 {
	b, _ := os.ReadFile("/proc/self/status")
	return statusField(b, "VmHWM:") * 1024
}

func statusField(b []byte, name string) int64 {
	s := string(b)
	i := strings.Index(s, name)
	if i < 0 {
		return 0
	}
	f := strings.Fields(s[i+len(name):])
	if len(f) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(f[0], 10, 64)
	return n
}

// treeMemory returns the largest resident peak of one process below pid, and the proportional memory of all of them together.
func treeMemory(pid int) (peak, pss int64) {
	for _, p := range Tree(pid) {
		dir := "/proc/" + strconv.Itoa(p)
		status, _ := os.ReadFile(dir + "/status")
		peak = max(peak, statusField(status, "VmHWM:")*1024)
		rollup, _ := os.ReadFile(dir + "/smaps_rollup")
		pss += statusField(rollup, "Pss:") * 1024
	}
	return peak, pss
}

// Tree returns pid and its descendants.
func Tree(pid int) []int {
	out := []int{pid}
	for i := 0; i < len(out) && len(out) < 10000; i++ {
		tasks, _ := os.ReadDir("/proc/" + strconv.Itoa(out[i]) + "/task")
		for _, t := range tasks {
			b, _ := os.ReadFile("/proc/" + strconv.Itoa(out[i]) + "/task/" + t.Name() + "/children")
			for _, f := range strings.Fields(string(b)) {
				if n, err := strconv.Atoi(f); err == nil {
					out = append(out, n)
				}
			}
		}
	}
	return out
}

// groupAlive says whether the group has members beside its leader, which has ended but is not reaped yet.
func groupAlive(pgid int) bool {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil || n == pgid {
			continue
		}
		b, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue
		}
		// pid (comm) state ppid pgrp: comm may hold spaces and parentheses, so count from the last one.
		s := string(b)
		if i := strings.LastIndexByte(s, ')'); i >= 0 {
			f := strings.Fields(s[i+1:])
			if len(f) > 2 && f[0] != "Z" && f[2] == strconv.Itoa(pgid) {
				return true
			}
		}
	}
	return false
}

// A counter counts instructions of the children of its thread. It is opened disabled on the thread itself and inherited; exec enables
// the child's copy, and when a child ends its count is added to the parent's.
type counter struct{ fd int }

func openInstructions() counter {
	attr := unix.PerfEventAttr{
		Type: unix.PERF_TYPE_HARDWARE, Config: unix.PERF_COUNT_HW_INSTRUCTIONS,
		Bits: unix.PerfBitDisabled | unix.PerfBitInherit | unix.PerfBitEnableOnExec | unix.PerfBitExcludeKernel | unix.PerfBitExcludeHv,
	}
	attr.Size = uint32(unix.PERF_ATTR_SIZE_VER5)
	fd, err := unix.PerfEventOpen(&attr, 0, -1, -1, unix.PERF_FLAG_FD_CLOEXEC)
	if err != nil {
		return counter{-1}
	}
	return counter{fd}
}

// close returns the count, 0 when the machine has no counter.
func (c counter) close() int64 {
	if c.fd < 0 {
		return 0
	}
	defer unix.Close(c.fd)
	var buf [8]byte
	if n, err := unix.Read(c.fd, buf[:]); n != 8 || err != nil {
		return 0
	}
	var v int64
	for i := range buf {
		v |= int64(buf[i]) << (8 * i)
	}
	return v
}
