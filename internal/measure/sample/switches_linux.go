package sample

import (
	"encoding/binary"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A switches tells whether a thread had a processor at a moment. The kernel writes a record into a ring that is shared with it whenever
// the thread is given a processor or loses it, with the time, and whether it was pushed off while it wanted to go on (perf_event_open(2),
// PERF_RECORD_SWITCH). Reading it costs no system call.
//
// "Running" in /proc means ready as well, and on a busy machine a thread is ready for as long as it runs. Sums of processor time cannot
// tell the two apart at one moment: a thread that has just run for a tenth of a millisecond, waited for the disk for a third of one and is
// now ready for four looks, by its sums, like one that computes.
type switches struct {
	ring []byte
	meta *unix.PerfEventMmapPage
	on   bool      // the last record gave it a processor
	off  offReason // what the last record that took it away said
	at   int64     // time of the last record, CLOCK_MONOTONIC
	cpu  uint32    // the processor it was given or lost
	any  bool      // a record was seen
	lost bool      // records were lost since the last look
}

type offReason int

const (
	offBlocked   offReason = iota // it waits for something
	offPreempted                  // it was ready to go on
)

const (
	switchRing   = 1 // pages of records
	maxRecord    = 64
	recordOut    = 1 << 13
	recordForced = 1 << 14
	recordSwitch = unix.PERF_RECORD_SWITCH
	recordLost   = unix.PERF_RECORD_LOST
)

// openClock opens a counter of a thread's processor time, with its switches where that is allowed. The descriptor is -1 where not even the
// counter is.
func openClock(tid int) (int, *switches) {
	attr := unix.PerfEventAttr{Type: unix.PERF_TYPE_SOFTWARE, Config: unix.PERF_COUNT_SW_TASK_CLOCK, Size: uint32(unix.PERF_ATTR_SIZE_VER5)}
	open := func(bits uint64) int {
		attr.Bits = bits
		fd, err := unix.PerfEventOpen(&attr, tid, -1, -1, unix.PERF_FLAG_FD_CLOEXEC)
		if err != nil {
			return -1
		}
		return fd
	}
	const user = unix.PerfBitExcludeKernel | unix.PerfBitExcludeHv
	const sideband = unix.PerfBitContextSwitch | unix.PerfBitSampleIDAll | unix.PerfBitUseClockID
	attr.Sample_type, attr.Clockid = unix.PERF_SAMPLE_TIME|unix.PERF_SAMPLE_CPU, unix.CLOCK_MONOTONIC
	for _, bits := range []uint64{sideband, sideband | user} {
		fd := open(bits)
		if fd < 0 {
			continue
		}
		page := unix.Getpagesize()
		ring, err := unix.Mmap(fd, 0, (1+switchRing)*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		if err == nil {
			return fd, &switches{ring: ring, meta: (*unix.PerfEventMmapPage)(unsafe.Pointer(&ring[0]))}
		}
		unix.Close(fd) // the memory that may be locked for it is used up
		break
	}
	attr.Sample_type, attr.Clockid = 0, 0
	for _, bits := range []uint64{0, user} {
		if fd := open(bits); fd >= 0 {
			return fd, nil
		}
	}
	return -1, nil
}

func (s *switches) close() {
	if s != nil {
		unix.Munmap(s.ring)
	}
}

// read takes the records that came since it was last called, and says whether there were any.
func (s *switches) read() (news bool) {
	data := s.ring[unix.Getpagesize():]
	head, tail := atomic.LoadUint64(&s.meta.Data_head), s.meta.Data_tail
	before := tail
	s.lost = false
	for tail < head {
		// A record may go around the end of the ring; its size is a multiple of eight.
		word := func(i uint64) []byte { return data[(tail+8*i)%uint64(len(data)):][:8] }
		h := word(0)
		kind, misc, size := binary.LittleEndian.Uint32(h), binary.LittleEndian.Uint16(h[4:]), uint64(binary.LittleEndian.Uint16(h[6:]))
		if size < 8 || size%8 != 0 || size > maxRecord || size > head-tail {
			s.lost, tail = true, head
			break
		}
		switch kind {
		case recordSwitch:
			if size >= 24 {
				s.record(misc, int64(binary.LittleEndian.Uint64(word(1))), binary.LittleEndian.Uint32(word(2)))
			}
		case recordLost:
			s.lost = true
		}
		tail += size
	}
	atomic.StoreUint64(&s.meta.Data_tail, tail)
	return head != before
}

func (s *switches) record(misc uint16, at int64, cpu uint32) {
	s.any, s.at, s.cpu = true, at, cpu
	s.on = misc&recordOut == 0
	if !s.on {
		s.off = offBlocked
		if misc&recordForced != 0 {
			s.off = offPreempted
		}
	}
}

// had says whether the thread had a processor when it was looked at. The profiler itself takes one, cpu: a thread that lost that one after the
// look was due was running at that moment, until it was pushed off it, or, where the kernel lets no one in while it works for a thread, until
// it had to wait. known is false before the first record and where records were lost.
func (s *switches) had(due int64, cpu uint32) (on, known bool) {
	if s == nil || !s.any || s.lost {
		return false, false
	}
	return s.on || s.cpu == cpu && s.at >= due, true
}

// ownCPU is the processor that the calling thread is on.
func ownCPU() uint32 {
	var cpu uint32
	if _, _, err := unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&cpu)), 0, 0); err != 0 {
		return ^uint32(0)
	}
	return cpu
}

// monotonic is a moment of this process on the clock of the records.
func monotonic(at time.Time) int64 {
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) != nil {
		return 0
	}
	return now.Nano() - int64(time.Since(at))
}
