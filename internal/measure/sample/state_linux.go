package sample

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/roadworthy-dev/roadworthy/internal/measure/cpython"
)

// A threadFiles keeps the /proc files of a thread open: reading them again costs one system call each.
type threadFiles struct {
	syscall, sched *os.File
	cpu, delay     uint64 // processor time and run-queue delay as of the last look, ns
	turns          uint64 // times it was given a processor, as of the last look
	used           time.Duration
	late           time.Duration // waited until it was given a processor since the last glance
	turned         bool
	account        account
	ahead          time.Duration // how far the scheduler's sum is ahead of the clock, as of when it last was off its processor
	glanced        time.Time
	pending        time.Duration // how long it has been waiting for a processor, as far as that is known
	ran, waited    float64       // processor time and run-queue delay since the last looks, older ones fading
	started        bool
	clock          int       // perf event that counts the thread's processor time to the moment; -1 where that is not allowed
	switches       *switches // when it had a processor; nil where that is not told
	clocked        uint64    // the clock's value as of the last look, ns
	at             call      // what it was in at the last glance; alive is false where that could not be read
	alive          bool
	last           State // what the last look found
	runnable       bool  // it was ready or running then
	wait           known // the last wait
	waits          map[site]known
	seen           int64
}

// A site is where in the program a thread waited; known is what for.
type site struct {
	file, name string
	line       int
}

type known struct {
	category Category
	evidence string
}

const maxSites = 1 << 12

// noteWait remembers what a thread waits for at the place where it stands.
func (t *threadFiles) noteWait(frames []cpython.Frame, c Category, why string) {
	t.wait = known{c, why}
	if len(frames) == 0 {
		return
	}
	if t.waits == nil || len(t.waits) > maxSites {
		t.waits = map[site]known{}
	}
	t.waits[siteOf(frames[0])] = t.wait
}

func siteOf(f cpython.Frame) site { return site{f.Code.File, f.Code.Name, f.Line} }

func openThread(pid, tid int, period time.Duration) (*threadFiles, error) {
	dir := fmt.Sprintf("/proc/%d/task/%d/", pid, tid)
	s, err := os.Open(dir + "syscall")
	if err != nil {
		return nil, err
	}
	d, err := os.Open(dir + "schedstat")
	if err != nil {
		s.Close()
		return nil, err
	}
	clock, switches := openClock(tid)
	return &threadFiles{syscall: s, sched: d, clock: clock, switches: switches, account: account{period: period}}, nil
}

func (t *threadFiles) close() {
	t.syscall.Close()
	t.sched.Close()
	t.switches.close()
	if t.clock >= 0 {
		unix.Close(t.clock)
	}
}

// A call is the system call a thread is in.
type call struct {
	running bool
	nr      int
	args    [6]uint64
}

// parseCall reads /proc/PID/task/TID/syscall: "running", or the number, six arguments in hexadecimal, stack pointer, program counter;
// -1 for a thread that is blocked outside of a system call.
func parseCall(b []byte) (c call, ok bool) {
	s := strings.TrimSpace(string(b))
	if s == "running" {
		return call{running: true}, true
	}
	f := strings.Fields(s)
	if len(f) < 1 {
		return c, false
	}
	nr, err := strconv.Atoi(f[0])
	if err != nil {
		return c, false
	}
	c.nr = nr
	for i := 0; i < 6 && i+1 < len(f); i++ {
		c.args[i], err = strconv.ParseUint(strings.TrimPrefix(f[i+1], "0x"), 16, 64)
		if err != nil {
			return c, false
		}
	}
	return c, true
}

func (t *threadFiles) call() (call, bool) {
	var buf [256]byte
	n, err := t.syscall.ReadAt(buf[:], 0)
	if n == 0 && err != nil {
		return call{}, false
	}
	return parseCall(buf[:n])
}

// glance reads what changes fastest: the system call a thread is in, and whether it has a processor; then the kernel's sums.
func (t *threadFiles) glance() {
	t.at, t.alive = t.call()
	if t.switches != nil && !t.switches.read() && t.started && !t.at.running && !t.switches.on {
		t.used, t.late, t.turned = 0, 0, false // it has not run since the last glance: the sums are the same
	} else {
		t.sums()
	}
	if t.turns == 0 {
		return // a kernel that does not count
	}
	now := time.Now()
	if s := t.switches; s == nil || !s.any || s.on || !t.at.running {
		t.pending = 0
	} else if since := max(0, time.Duration(monotonic(now)-s.at)); s.off == offPreempted {
		t.pending = since
	} else if before := now.Sub(t.glanced); t.pending > 0 && since > before {
		t.pending += before // it was found woken the last time, and has not run since
	} else {
		t.pending = min(since, before) / 2 // woken at some moment since
	}
	t.glanced = now
	if !t.account.started {
		t.ahead = time.Duration(t.cpu) - time.Duration(t.clocked) // the clock began when the thread was first looked at
	}
	t.account.observe(now, t.ranFor(), time.Duration(t.delay), t.pending)
}

// ranFor is the thread's processor time as of the last glance. The scheduler's own sum is right, but lags by up to a tick while the thread runs.
// The perf event's is of the moment, but counts the switching too: some ten microseconds a turn on a virtual machine, a fiftieth of the
// time of a thread that waits for a disk again and again. So it is the former, and while the thread runs what the latter has added.
func (t *threadFiles) ranFor() time.Duration {
	cpu, clock := time.Duration(t.cpu), time.Duration(t.clocked)
	switch {
	case t.clock < 0:
		return cpu
	case t.switches == nil || !t.switches.any:
		return clock + t.ahead
	case !t.switches.on:
		t.ahead = cpu - clock
		return cpu
	}
	return max(cpu, clock+t.ahead)
}

// sums reads the kernel's sums for a thread: its processor time from a perf event, where that is allowed, exact to the moment, and from
// /proc/…/schedstat the processor time, which lags by up to a tick, the run-queue delay as of its last turn, and its turns.
func (t *threadFiles) sums() {
	var b [8]byte
	if t.clock >= 0 {
		if n, err := unix.Read(t.clock, b[:]); err == nil && n == 8 {
			now := binary.LittleEndian.Uint64(b[:])
			t.used, t.clocked = time.Duration(now-t.clocked), now
		}
	}
	var buf [96]byte
	n, _ := t.sched.ReadAt(buf[:], 0)
	f := strings.Fields(string(buf[:n]))
	if len(f) < 3 {
		return
	}
	cpu, err1 := strconv.ParseUint(f[0], 10, 64)
	delay, err2 := strconv.ParseUint(f[1], 10, 64)
	turns, err3 := strconv.ParseUint(f[2], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return
	}
	if t.started {
		const keep = 0.9
		t.late, t.turned = time.Duration(delay-t.delay), turns != t.turns
		t.ran = keep*t.ran + float64(cpu-t.cpu)
		t.waited = keep*t.waited + float64(t.late)
	}
	t.cpu, t.delay, t.turns, t.started = cpu, delay, turns, true
}

// shortage returns which part of a look of a thread that is ready or running was spent waiting for a processor, and whether that is because
// it has been woken and has not run since.
//
// "Running" in /proc means ready as well. Where the kernel tells of every switch, what the thread was at the moment of the look is known,
// and the part is none or all. Where it does not, its sums have to do. The processor time tells a part: a thread that has
// used none since it was last looked at waits, and one that was ready then too, and was not given a processor anew since, has waited for
// what is missing. One that was given a processor in between may have been blocked in between as well: the scheduler counts its delays,
// exactly as of its last turn, and of these at most what the look's time holds beside the processor time is of this look. Where perf events
// are not allowed, the scheduler's own sums of the last few looks are all there is.
func (t *threadFiles) shortage(state State, m moment) (part float64, woken bool) {
	before := t.runnable
	t.runnable = t.at.running
	if !t.at.running {
		return 0, false
	}
	if t.switches != nil {
		if on, sure := t.switches.had(m.due, m.cpu); sure {
			if on {
				return 0, false
			}
			return 1, t.switches.off == offBlocked
		}
	}
	switch {
	case t.clock < 0:
		if both := t.ran + t.waited; both > 0 {
			part = t.waited / both
		}
	case t.used < 2*time.Microsecond:
		part = 1
	case before && !t.turned, state == Native && t.last == GIL: // a thread on its way to ask for the GIL uses hardly any processor time
		part = max(0, 1-float64(t.used)/float64(m.since))
	default:
		waited := min(t.late, max(0, m.since-t.used))
		part = float64(waited) / float64(waited+t.used)
	}
	return part, state == Native && part == 1
}

// System calls by what they wait for. The first argument is the descriptor unless said otherwise.
type callKind int

const (
	callOther  callKind = iota
	callFutex           // address
	callFD              // descriptor
	callPoll            // array of descriptors, length
	callSelect          // number, sets
	callEpoll           // epoll descriptor
	callSleep
	callWait // for a process
	callPath // names a file
)

var callKinds = map[string]map[int]callKind{
	"amd64": {
		202: callFutex, 449: callFutex, 455: callFutex,
		0: callFD, 1: callFD, 17: callFD, 18: callFD, 19: callFD, 20: callFD, 40: callFD, 42: callFD, 43: callFD, 44: callFD, 45: callFD, 46: callFD, 47: callFD,
		72: callFD, 73: callFD, 74: callFD, 75: callFD, 77: callFD, 288: callFD, 299: callFD, 307: callFD, 285: callFD, 217: callFD, 5: callFD,
		7: callPoll, 271: callPoll, 23: callSelect, 270: callSelect, 232: callEpoll, 281: callEpoll, 441: callEpoll,
		35: callSleep, 230: callSleep, 34: callSleep, 61: callWait, 247: callWait,
		2: callPath, 4: callPath, 6: callPath, 257: callPath, 262: callPath, 82: callPath, 83: callPath, 84: callPath, 87: callPath, 263: callPath, 264: callPath, 332: callPath,
	},
	"arm64": {
		98: callFutex, 449: callFutex, 455: callFutex,
		63: callFD, 64: callFD, 67: callFD, 68: callFD, 65: callFD, 66: callFD, 71: callFD, 203: callFD, 202: callFD, 206: callFD, 207: callFD, 211: callFD, 212: callFD,
		25: callFD, 32: callFD, 82: callFD, 83: callFD, 242: callFD, 243: callFD, 269: callFD, 47: callFD, 61: callFD, 80: callFD,
		73: callPoll, 72: callSelect, 22: callEpoll, 441: callEpoll, 101: callSleep, 115: callSleep, 260: callWait, 95: callWait,
		56: callPath, 79: callPath, 34: callPath, 35: callPath, 276: callPath, 291: callPath,
	},
}

var kinds = callKinds[runtime.GOARCH]

// state says what a thread of a process was doing.
func (p *process) state(th *cpython.Thread, c call) (State, wait) {
	if c.running || c.nr < 0 {
		// A thread that the kernel interrupted outside of a system call (a page fault) counts as running.
		switch {
		case th.GIL == 0: // a build without the GIL
			if th.GC {
				return GC, wait{}
			}
			return Running, wait{}
		case th.Holds && th.GC:
			return GC, wait{}
		case th.Holds:
			return Running, wait{}
		case th.Wants:
			return GIL, wait{}
		}
		return Native, wait{}
	}
	switch kinds[c.nr] {
	case callFutex:
		if th.GIL != 0 && c.args[0] >= th.GIL && c.args[0] < th.GIL+cpython.GILSize {
			return GIL, wait{}
		}
		return Lock, wait{}
	case callSleep:
		return Sleep, wait{}
	case callWait:
		return Child, wait{}
	case callPath:
		return File, wait{}
	case callFD:
		return p.descriptor(int(c.args[0]))
	case callPoll:
		return p.polled(c.args[0], int(c.args[1]))
	case callSelect:
		return p.selected(int(c.args[0]), c.args[1:4])
	case callEpoll:
		return p.epolled(int(c.args[0]))
	}
	return Unknown, wait{}
}

// descriptor classifies what a file descriptor leads to.
func (p *process) descriptor(fd int) (State, wait) {
	link, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", p.pid, fd))
	if err != nil {
		return Unknown, wait{}
	}
	inode, ok := strings.CutPrefix(link, "socket:[")
	if !ok {
		if strings.HasPrefix(link, "pipe:") {
			return File, wait{peer: "pipe"}
		}
		return File, wait{peer: link}
	}
	return Socket, p.socket(strings.TrimSuffix(inode, "]"))
}

func (p *process) socket(inode string) wait {
	w, ok := p.sockets[inode]
	if !ok && time.Since(p.socketsRead) > 20*time.Millisecond {
		p.readSockets()
		w, ok = p.sockets[inode]
	}
	if !ok {
		return wait{state: Socket}
	}
	return w
}

// readSockets reads the network tables of the target's namespace.
func (p *process) readSockets() {
	p.socketsRead = time.Now()
	clear(p.sockets)
	type row struct {
		inode         string
		local, remote netip.AddrPort
		listen        bool
	}
	var rows []row
	listening := map[uint16]bool{}
	for _, name := range []string{"tcp", "tcp6", "udp", "udp6"} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", p.pid, name))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			f := strings.Fields(line)
			if len(f) < 10 || f[0] == "sl" {
				continue
			}
			local, ok1 := procAddr(f[1])
			remote, ok2 := procAddr(f[2])
			if !ok1 || !ok2 {
				continue
			}
			r := row{f[9], local, remote, f[3] == "0A"} // 0A: LISTEN
			if r.listen {
				listening[local.Port()] = true
			}
			rows = append(rows, r)
		}
	}
	for _, r := range rows {
		w := wait{state: Socket, listen: r.listen}
		if !r.listen && r.remote.Port() != 0 {
			w.peer, w.port = r.remote.String(), int(r.remote.Port())
			// An accepted connection has the port of a listening socket of this machine at our end.
			w.client = listening[r.local.Port()] && !listening[r.remote.Port()]
		}
		p.sockets[r.inode] = w
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/unix", p.pid))
	if err != nil {
		return
	}
	// Num RefCount Protocol Flags Type St Inode Path. A connected client has no path of its own; the inode next to it is usually the
	// server's end, made by the same connect call.
	paths := map[int]string{}
	var unnamed []int
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 7 {
			continue
		}
		inode, err := strconv.Atoi(f[6])
		if err != nil {
			continue
		}
		if len(f) > 7 {
			paths[inode] = f[7]
			p.sockets[f[6]] = wait{state: Socket, peer: f[7], listen: f[5] == "01", client: f[5] != "01"}
		} else {
			unnamed = append(unnamed, inode)
		}
	}
	for _, inode := range unnamed {
		w := wait{state: Socket, peer: "unix socket"}
		for _, near := range []int{inode + 1, inode - 1} {
			if path, ok := paths[near]; ok {
				w.peer = path
				break
			}
		}
		p.sockets[strconv.Itoa(inode)] = w
	}
}

// procAddr reads "0100007F:1538": the address in the machine's byte order by words of four bytes, the port in plain hexadecimal.
func procAddr(s string) (netip.AddrPort, bool) {
	a, port, ok := strings.Cut(s, ":")
	if !ok {
		return netip.AddrPort{}, false
	}
	b, err := hex.DecodeString(a)
	n, err2 := strconv.ParseUint(port, 16, 16)
	if err != nil || err2 != nil || (len(b) != 4 && len(b) != 16) {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(b); i += 4 {
		binary.BigEndian.PutUint32(b[i:], binary.LittleEndian.Uint32(b[i:]))
	}
	addr, _ := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(addr.Unmap(), uint16(n)), true
}

// best chooses among several descriptors the one that explains a wait: a peer we called, rather than a client or a pipe.
func best(found []wait) (State, wait) {
	var other, files int
	var listen, client wait
	for _, w := range found {
		switch {
		case w.state == File:
			files++
		case w.listen:
			listen = w
			other++
		case w.client:
			client = w
			other++
		case w.peer != "" && w.peer != "unix socket":
			return Socket, w
		default:
			other++
		}
	}
	switch {
	case client.client:
		return Socket, client
	case listen.listen:
		return Socket, listen
	case other > 0:
		return Socket, wait{state: Socket, idle: true}
	case files > 0:
		return File, wait{state: File, peer: "pipe"}
	}
	return Sleep, wait{}
}

func (p *process) look(fds []int) (State, wait) {
	var found []wait
	for _, fd := range fds {
		s, w := p.descriptor(fd)
		w.state = s
		if s == Socket || s == File {
			found = append(found, w)
		}
	}
	return best(found)
}

func (p *process) polled(addr uint64, n int) (State, wait) {
	if n <= 0 {
		return Sleep, wait{}
	}
	n = min(n, 64)
	b := make([]byte, 8*n) // struct pollfd {int fd; short events, revents}
	if err := p.read(addr, b); err != nil {
		return Unknown, wait{}
	}
	var fds []int
	for i := range n {
		fds = append(fds, int(int32(binary.LittleEndian.Uint32(b[8*i:]))))
	}
	return p.look(fds)
}

func (p *process) selected(n int, sets []uint64) (State, wait) {
	if n <= 0 || n > 1024 {
		return Sleep, wait{}
	}
	var fds []int
	for _, set := range sets {
		if set == 0 {
			continue
		}
		b := make([]byte, (n+63)/64*8)
		if err := p.read(set, b); err != nil {
			continue
		}
		for fd := range n {
			if b[fd/8]>>(fd%8)&1 == 1 {
				fds = append(fds, fd)
			}
		}
	}
	if len(fds) == 0 {
		return Sleep, wait{}
	}
	return p.look(fds)
}

// epolled looks at what an epoll descriptor watches; /proc/PID/fdinfo lists it as "tfd: N events: …".
func (p *process) epolled(epfd int) (State, wait) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", p.pid, epfd))
	if err != nil {
		return Unknown, wait{}
	}
	var fds []int
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "tfd:"); ok {
			f := strings.Fields(rest)
			if len(f) > 0 {
				if fd, err := strconv.Atoi(f[0]); err == nil && len(fds) < 64 {
					fds = append(fds, fd)
				}
			}
		}
	}
	s, w := p.look(fds)
	if s == Sleep || s == File {
		return Socket, wait{state: Socket, idle: true}
	}
	return s, w
}

func (p *process) read(addr uint64, b []byte) error {
	local := []unix.Iovec{{Base: &b[0]}}
	local[0].SetLen(len(b))
	n, err := unix.ProcessVMReadv(p.pid, local, []unix.RemoteIovec{{Base: uintptr(addr), Len: len(b)}}, 0)
	if err == nil && n != len(b) {
		err = unix.EFAULT
	}
	return err
}
