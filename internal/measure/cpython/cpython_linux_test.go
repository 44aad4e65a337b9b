package cpython

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// pythons are the interpreters of this machine that can be read.
func pythons(t *testing.T) []string {
	t.Helper()
	home, _ := os.UserHomeDir()
	// ROADWORTHY_PYTHONS names more of them, free-threaded builds for example, which are seldom where others are.
	out := filepath.SplitList(os.Getenv("ROADWORTHY_PYTHONS"))
	for _, pattern := range []string{".pyenv/versions/3.1[1-9].*/bin/python3", ".cache/roadworthy-pythons/bin/python3.1[0-9]"} {
		found, _ := filepath.Glob(filepath.Join(home, pattern))
		out = append(out, found...)
	}
	if p, err := exec.LookPath("python3"); err == nil && !strings.Contains(p, "shims") {
		if v, err := exec.Command(p, "-c", "import sys; print(sys.version_info[:2] >= (3, 11))").Output(); err == nil && strings.TrimSpace(string(v)) == "True" {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		t.Skip("no CPython 3.11 or later on this machine")
	}
	return out
}

const program = `
import threading, time
def gen():
    for i in range(1000000):
        yield leaf()
def leaf():
    time.sleep(1000)
class Ünïcode:
    def mëthod(self, n):
        if n:
            return self.mëthod(n - 1)
        return next(gen())
def waiter():
    threading.Event().wait()
threading.Thread(target=waiter, daemon=True).start()
time.sleep(0.05)
print("ready", flush=True)
Ünïcode().mëthod(300)
`

func start(t *testing.T, python, source string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(python, "-c", source)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	b := make([]byte, 6)
	if _, err := out.Read(b); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	return cmd
}

func TestStacksAreRead(t *testing.T) {
	for _, p := range pythons(t) {
		t.Run(filepath.Base(filepath.Dir(filepath.Dir(p)))+"-"+filepath.Base(p), func(t *testing.T) {
			cmd := start(t, p, program)
			target, err := Attach(cmd.Process.Pid)
			if err != nil {
				t.Fatal(err)
			}
			threads, err := target.Sample()
			if err != nil {
				t.Fatal(err)
			}
			if !target.contiguous {
				t.Error("frames were not found to be contiguous")
			}
			if !target.saved {
				t.Error("callers were not found to have put their stack pointers away")
			}
			var main, other *Thread
			for i := range threads {
				if threads[i].OS == cmd.Process.Pid {
					main = &threads[i]
				} else {
					other = &threads[i]
				}
			}
			if main == nil || other == nil {
				t.Fatalf("threads: %+v", threads)
			}
			var names []string
			for _, f := range main.Frames {
				names = append(names, f.Code.Name)
			}
			if len(names) != 304 || names[0] != "leaf" || names[1] != "gen" || names[2] != "Ünïcode.mëthod" || names[303] != "<module>" {
				t.Errorf("%d frames, %v …", len(names), names[:min(4, len(names))])
			}
			for i, want := range map[int]int{0: 7, 1: 5, 2: 12, 3: 11, 303: 18} {
				if i < len(main.Frames) && main.Frames[i].Line != want {
					t.Errorf("frame %d stands on line %d, want %d", i, main.Frames[i].Line, want)
				}
			}
			if !strings.HasSuffix(other.Frames[len(other.Frames)-1].Code.Name, "_bootstrap") {
				t.Errorf("the other thread begins in %s", other.Frames[len(other.Frames)-1].Code.Name)
			}
		})
	}
}

func TestProcessWithoutPythonIsRefused(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	if _, err := Attach(cmd.Process.Pid); !errors.Is(err, ErrNoPython) {
		t.Errorf("got %v", err)
	}
}

// An image is memory that was recorded from a process, or made up.
type image struct {
	pages map[uint64][]byte
	from  Memory
	noise func(addr uint64) uint64
}

func (m *image) Read(segs ...Segment) error {
	for _, s := range segs {
		for i := 0; i < len(s.Buf); {
			at := s.Addr + uint64(i)
			page := at &^ 4095
			b, ok := m.pages[page]
			if !ok && m.from != nil {
				b = make([]byte, 4096)
				if err := m.from.Read(Segment{page, b}); err != nil {
					b = nil
				}
				m.pages[page] = b
			}
			if b == nil {
				if m.noise == nil {
					return errors.New("bad address")
				}
				b = make([]byte, 4096)
				for j := 0; j < 4096; j += 8 {
					binary.LittleEndian.PutUint64(b[j:], m.noise(page+uint64(j)))
				}
			}
			i += copy(s.Buf[i:], b[at-page:])
		}
	}
	return nil
}

// mutate runs a function on mutations of a recorded image: flipped bits, numbers, pointers that lead in circles, noise.
func mutate(t *testing.T, recorded *image, rounds int, seed uint64, try func(m *image)) {
	t.Helper()
	var addrs []uint64
	for a, b := range recorded.pages {
		if b != nil {
			addrs = append(addrs, a)
		}
	}
	slices.Sort(addrs)
	rng := rand.New(rand.NewPCG(1, seed))
	for range rounds {
		m := &image{pages: map[uint64][]byte{}}
		for a, b := range recorded.pages {
			m.pages[a] = b
		}
		for range 1 + rng.IntN(20) {
			a := addrs[rng.IntN(len(addrs))]
			b := append([]byte(nil), m.pages[a]...)
			at := rng.IntN(512) * 8
			switch rng.IntN(4) {
			case 0:
				b[at+rng.IntN(8)] ^= 1 << rng.IntN(8)
			case 1:
				binary.LittleEndian.PutUint64(b[at:], rng.Uint64())
			case 2: // a pointer into the image: circles
				binary.LittleEndian.PutUint64(b[at:], addrs[rng.IntN(len(addrs))]+uint64(rng.IntN(512)*8))
			case 3:
				for i := at; i < len(b); i++ {
					b[i] = byte(rng.Uint32())
				}
			}
			m.pages[a] = b
		}
		begin := time.Now()
		try(m)
		if d := time.Since(begin); d > 10*time.Second {
			t.Fatalf("an image took %v", d)
		}
	}
}

// Every mutated image must end in stacks or an error, in bounded time.
func TestMutatedImagesNeitherCrashNorHang(t *testing.T) {
	rounds := 400
	if os.Getenv("MEASURE_LONG") != "" {
		rounds = 20000
	}
	for _, p := range pythons(t) {
		t.Run(filepath.Base(filepath.Dir(filepath.Dir(p)))+"-"+filepath.Base(p), func(t *testing.T) {
			cmd := start(t, p, program)
			real, err := Attach(cmd.Process.Pid)
			if err != nil {
				t.Fatal(err)
			}
			recorded := &image{pages: map[uint64][]byte{}, from: real.mem}
			if _, err := NewTarget(recorded, real.runtime, hexOf(real.Version), real.codeType); err != nil {
				t.Fatal(err)
			}
			recorded.from = nil
			accepted := 0
			mutate(t, recorded, rounds, uint64(real.Version.Minor), func(m *image) {
				if target, err := NewTarget(m, real.runtime, hexOf(real.Version), real.codeType); err == nil {
					accepted++
					target.Sample()
				}
			})
			t.Logf("%d of %d mutated images verified", accepted, rounds)
		})
	}
}

func hexOf(v Version) uint64 {
	return uint64(v.Major)<<24 | uint64(v.Minor)<<16 | uint64(v.Micro)<<8 | uint64(v.Level)<<4
}

// Memory that answers every address: with noise, with pointers that lead on for ever, and with both.
func TestEndlessMemoryEnds(t *testing.T) {
	for kind := range 3 {
		for minor := 11; minor <= 15; minor++ {
			m := &image{pages: map[uint64][]byte{}, noise: func(addr uint64) uint64 {
				h := fnv.New64a()
				var b [8]byte
				binary.LittleEndian.PutUint64(b[:], addr)
				h.Write(b[:])
				v := h.Sum64()
				if kind == 1 || kind == 2 && v&1 == 0 {
					return v & 0x0000_7fff_ffff_fff8
				}
				return v
			}}
			if w, ok := selfDescribed[minor]; ok { // an honest table in front of a dishonest memory
				page := make([]byte, 4096)
				copy(page, cookie)
				for i := 1; i < w.count; i++ {
					binary.LittleEndian.PutUint64(page[8*i:], 16)
				}
				binary.LittleEndian.PutUint64(page[8:], uint64(3)<<24|uint64(minor)<<16|0xf0)
				binary.LittleEndian.PutUint64(page[16:], 0)
				for i, v := range map[int]uint64{5: 256, 6: 4096, w.thread: 512, w.code: 208, w.frame + w.framePrevious: 8, w.frame: 80,
					w.code + w.codeFirstLine: 68, w.bytes: 40, w.frame + w.frameOwner: 70} {
					binary.LittleEndian.PutUint64(page[8*i:], v)
				}
				m.pages[0x10000] = page
			}
			begin := time.Now()
			if _, err := NewTarget(m, 0x10000, uint64(3)<<24|uint64(minor)<<16|0xf0, 0); err == nil {
				t.Errorf("kind %d, 3.%d: noise was accepted as CPython", kind, minor)
			}
			if d := time.Since(begin); d > 20*time.Second {
				t.Errorf("kind %d, 3.%d took %v", kind, minor, d)
			}
		}
	}
}

func FuzzLineTable(f *testing.F) {
	f.Add([]byte{0x80, 0x00, 0xd8, 0x04, 0x05}, 1, uint64(3))
	f.Add([]byte{0xf0, 0x41, 0x41, 0x01, 0x01}, 10, uint64(1))
	f.Fuzz(func(t *testing.T, table []byte, first int, unit uint64) {
		if line := lineAt(table, first, unit); line < 0 {
			t.Errorf("line %d", line)
		}
	})
}

const asyncProgram = `
import asyncio, time
class Store:
    async def fetch(self, gate):
        await gate.wait()
async def handler(gate):
    await Store().fetch(gate)
async def ticker():
    while True:
        await asyncio.sleep(1000)
async def spinner():
    await asyncio.sleep(0.2)
    while True:
        print("ready", flush=True)
        time.sleep(1000)
async def main():
    gate = asyncio.Event()
    tasks = [asyncio.create_task(handler(gate)) for _ in range(3)] + [asyncio.create_task(ticker())]
    await spinner()
asyncio.run(main())
`

// Where the version describes its asyncio tasks, each is found, with what it waits for, through all coroutines that await each other.
func TestTasksAreRead(t *testing.T) {
	for _, p := range pythons(t) {
		t.Run(filepath.Base(filepath.Dir(filepath.Dir(p)))+"-"+filepath.Base(p), func(t *testing.T) {
			cmd := start(t, p, asyncProgram)
			target, err := Attach(cmd.Process.Pid)
			if err != nil {
				t.Fatal(err)
			}
			err = target.LoadAsyncio(cmd.Process.Pid)
			if target.Version.Minor < 14 {
				var no *UnsupportedError
				if !errors.As(err, &no) || !strings.Contains(err.Error(), "3.14") {
					t.Fatalf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			threads, err := target.Sample()
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int{}
			for _, task := range target.TasksOf(&threads[0]) {
				s := fmt.Sprintf("%s:%d running=%v", task.Coroutine, task.Line, task.Running)
				for i := len(task.Frames) - 1; i >= 0; i-- {
					if f := task.Frames[i]; f.Code.File == "<string>" {
						s += fmt.Sprintf(" > %s:%d", f.Code.Name, f.Line)
					} else {
						s += " > " + f.Code.Name
					}
				}
				got[s]++
			}
			want := map[string]int{
				"main:16 running=true": 1,
				"handler:6 running=false > handler:7 > Store.fetch:5 > Event.wait": 3,
				"ticker:8 running=false > ticker:10 > sleep":                       1,
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("tasks %v\nwant  %v", got, want)
			}
		})
	}
}

// The same for the lists of tasks, and what they await.
func TestMutatedTasksNeitherCrashNorHang(t *testing.T) {
	rounds := 400
	if os.Getenv("MEASURE_LONG") != "" {
		rounds = 20000
	}
	for _, p := range pythons(t) {
		t.Run(filepath.Base(filepath.Dir(filepath.Dir(p)))+"-"+filepath.Base(p), func(t *testing.T) {
			cmd := start(t, p, asyncProgram)
			real, err := Attach(cmd.Process.Pid)
			if err != nil {
				t.Fatal(err)
			}
			if real.LoadAsyncio(cmd.Process.Pid) != nil {
				t.Skip("this version does not describe its tasks")
			}
			at, err := findAsyncio(cmd.Process.Pid)
			if err != nil {
				t.Fatal(err)
			}
			recorded := &image{pages: map[uint64][]byte{}, from: real.mem}
			look := func(m *image) (tasks int) {
				target, err := NewTarget(m, real.runtime, hexOf(real.Version), real.codeType)
				if err != nil || target.UseAsyncio(at) != nil {
					return 0
				}
				threads, _ := target.Sample()
				for i := range threads {
					tasks += len(target.TasksOf(&threads[i]))
				}
				return tasks
			}
			if n := look(recorded); n != 5 {
				t.Fatalf("%d tasks were recorded", n)
			}
			recorded.from = nil
			some := 0
			mutate(t, recorded, rounds, 7, func(m *image) {
				if look(m) > 0 {
					some++
				}
			})
			t.Logf("%d of %d mutated images still had tasks", some, rounds)
		})
	}
}
