package sample

import (
	"encoding/binary"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// put writes a record into a ring as the kernel does, around its end.
func (s *switches) put(kind uint32, misc uint16, words ...uint64) {
	data := s.ring[unix.Getpagesize():]
	at := s.meta.Data_head
	h := uint64(kind) | uint64(misc)<<32 | uint64(8+8*len(words))<<48
	for _, w := range append([]uint64{h}, words...) {
		binary.LittleEndian.PutUint64(data[at%uint64(len(data)):], w)
		at += 8
	}
	s.meta.Data_head = at
}

func TestSwitches(t *testing.T) {
	s := &switches{ring: make([]byte, 2*unix.Getpagesize()), meta: &unix.PerfEventMmapPage{}}
	check := func(what string, due int64, on, known bool) {
		t.Helper()
		s.read()
		if gotOn, gotKnown := s.had(due, 1); gotOn != on || gotKnown != known {
			t.Errorf("%s: on %v, known %v", what, gotOn, gotKnown)
		}
	}
	check("nothing yet", 0, false, false)
	for round := range int64(400) { // more than the ring holds
		at := uint64(round * 1000)
		s.put(recordSwitch, 0, at+100, 1)
		check("given a processor", round*1000+150, true, true)
		s.put(recordSwitch, recordOut|recordForced, at+200, 1)
		check("pushed off before the look was due", round*1000+250, false, true)
		check("pushed off by the profiler", round*1000+190, true, true)
		s.put(recordSwitch, 0, at+300, 0)
		s.put(recordSwitch, recordOut, at+400, 0)
		check("blocked", round*1000+450, false, true)
		check("blocked elsewhere after the look was due", round*1000+390, false, true)
		if s.off != offBlocked {
			t.Fatal("a wait is taken for being pushed off")
		}
	}
	s.put(recordLost, 0, 1, 7)
	check("records were lost", 0, false, false)
	s.put(recordSwitch, 0, 1e9, 0)
	check("and are complete again", 0, true, true)
	s.put(recordSwitch, 0, 2e9, 0)
	s.meta.Data_head += 1 << 20 // nonsense must end
	binary.LittleEndian.PutUint64(s.ring[unix.Getpagesize()+int(s.meta.Data_tail)%unix.Getpagesize():], 0)
	check("a ring that makes no sense", 0, false, false)
}

func TestSwitchesOfAThread(t *testing.T) {
	cmd := exec.Command("sleep", "10")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	fd, s := openClock(cmd.Process.Pid)
	if s == nil {
		t.Skip("switches are not told on this machine")
	}
	defer unix.Close(fd)
	defer s.close()
	cmd.Process.Signal(unix.SIGSTOP)
	cmd.Process.Signal(unix.SIGCONT) // runs to go back to its wait
	end := time.Now().Add(10 * time.Second)
	for time.Now().Before(end) {
		s.read()
		if s.any && !s.on && s.off == offBlocked {
			if age := time.Duration(monotonic(time.Now()) - s.at); age < 0 || age > 20*time.Second {
				t.Errorf("the record's clock is another one: %v ago", age)
			}
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("no switch was told")
}
