package cpython

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// processMemory reads another process with process_vm_readv(2).
type processMemory int

const maxIovecs = 512

func (p processMemory) Read(segs ...Segment) error {
	for len(segs) > maxIovecs {
		if err := p.Read(segs[:maxIovecs]...); err != nil {
			return err
		}
		segs = segs[maxIovecs:]
	}
	local := make([]unix.Iovec, len(segs))
	remote := make([]unix.RemoteIovec, len(segs))
	want := 0
	for i, s := range segs {
		if len(s.Buf) == 0 {
			continue
		}
		local[i].Base = &s.Buf[0]
		local[i].SetLen(len(s.Buf))
		remote[i] = unix.RemoteIovec{Base: uintptr(s.Addr), Len: len(s.Buf)}
		want += len(s.Buf)
	}
	n, err := unix.ProcessVMReadv(int(p), local, remote, 0)
	if err != nil {
		return err
	}
	if n != want {
		return unix.EFAULT
	}
	return nil
}

// A mapping is one line of /proc/PID/maps.
type mapping struct {
	start, end, offset uint64
	exec               bool
	path               string
}

func mappings(pid int) ([]mapping, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return nil, err
	}
	var out []mapping
	for line := range strings.Lines(string(b)) {
		f := strings.SplitN(strings.TrimSpace(line), " ", 6)
		if len(f) < 5 {
			continue
		}
		lo, hi, ok := strings.Cut(f[0], "-")
		start, err1 := strconv.ParseUint(lo, 16, 64)
		end, err2 := strconv.ParseUint(hi, 16, 64)
		offset, err3 := strconv.ParseUint(f[2], 16, 64)
		if !ok || err1 != nil || err2 != nil || err3 != nil {
			continue
		}
		m := mapping{start: start, end: end, offset: offset, exec: strings.Contains(f[1], "x")}
		if len(f) == 6 {
			m.path = strings.TrimSpace(f[5])
		}
		out = append(out, m)
	}
	return out, nil
}

// ErrNoPython says that a process does not contain CPython (yet).
var ErrNoPython = errors.New("the process contains no CPython 3.11 or later, or ended before it ran any Python")

// Attach opens a running process.
func Attach(pid int) (*Target, error) {
	maps, err := mappings(pid)
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNoPython // it has ended
	}
	if err != nil {
		return nil, fmt.Errorf("read the mappings of process %d: %w", pid, err)
	}
	// The library that embeds Python comes before the program that loads it; then anything else that is mapped as a program.
	// Extension modules have "cpython" in their names and import the runtime: only a file that has the section defines it.
	rank := func(path string) int {
		switch base := filepath.Base(path); {
		case strings.HasPrefix(base, "libpython"):
			return 0
		case strings.HasPrefix(base, "python"):
			return 1
		case strings.Contains(base, ".cpython-"):
			return 3
		}
		return 2
	}
	var files []mapping
	seen := map[string]bool{}
	for _, m := range maps {
		if m.offset == 0 && strings.HasPrefix(m.path, "/") && !seen[m.path] {
			seen[m.path] = true
			files = append(files, m)
		}
	}
	slices.SortStableFunc(files, func(a, b mapping) int { return rank(a.path) - rank(b.path) })
	for _, m := range files {
		found, err := locate(pid, m)
		if err != nil || found.runtime == 0 {
			continue
		}
		mem := processMemory(pid)
		version := uint64(0)
		if found.version != 0 {
			var b [8]byte
			if err := mem.Read(Segment{found.version, b[:4]}); err == nil {
				version = binary.LittleEndian.Uint64(b[:])
			}
		}
		t, err := NewTarget(mem, found.runtime, version, found.codeType)
		if errors.Is(err, unix.EPERM) {
			return nil, fmt.Errorf("process %d: reading its memory is not permitted: %w", pid, err)
		}
		return t, err
	}
	return nil, ErrNoPython
}

// AttachSoon waits for a process that has just been started to become readable: to load Python and to run its first frames.
func AttachSoon(pid int, patience time.Duration) (*Target, error) {
	end := time.Now().Add(patience)
	wait := 500 * time.Microsecond
	for {
		t, err := Attach(pid)
		if err == nil || time.Now().After(end) {
			return t, err
		}
		if stat, gone := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); gone != nil || strings.Contains(string(stat), ") Z ") {
			return nil, err
		}
		if errors.Is(err, unix.EPERM) {
			return nil, err
		}
		time.Sleep(wait)
		wait = min(wait*5/4, 10*time.Millisecond)
	}
}

// A place is where a file put what is needed.
type place struct{ runtime, version, codeType uint64 }

func locate(pid int, m mapping) (place, error) {
	e, bias, done, err := openMapped(pid, m)
	if err != nil {
		return place{}, err
	}
	defer done()
	section := e.Section(".PyRuntime")
	if section == nil {
		return place{}, nil
	}
	out := place{runtime: bias + section.Addr}
	symbols, _ := e.DynamicSymbols()
	for _, s := range symbols {
		if s.Section == elf.SHN_UNDEF || s.Value == 0 {
			continue
		}
		switch s.Name {
		case "Py_Version":
			out.version = bias + s.Value
		case "PyCode_Type":
			out.codeType = bias + s.Value
		}
	}
	return out, nil
}

// openMapped opens the file behind a mapping; bias is what its addresses are off by in the process.
func openMapped(pid int, m mapping) (e *elf.File, bias uint64, done func(), err error) {
	// The target's own root: it may run in a container.
	f, err := os.Open(fmt.Sprintf("/proc/%d/root%s", pid, m.path))
	if err != nil {
		return nil, 0, nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	var magic [4]byte
	if _, err := f.ReadAt(magic[:], 0); err != nil || string(magic[:]) != elf.ELFMAG {
		return nil, 0, nil, fmt.Errorf("not an ELF file")
	}
	if e, err = elf.NewFile(f); err != nil {
		return nil, 0, nil, err
	}
	if e.Class != elf.ELFCLASS64 || e.Data != elf.ELFDATA2LSB {
		return nil, 0, nil, fmt.Errorf("not a 64-bit little-endian file")
	}
	bias = m.start
	for _, p := range e.Progs {
		if p.Type == elf.PT_LOAD {
			bias = m.start - p.Vaddr/max(p.Align, 1)*max(p.Align, 1)
			break
		}
	}
	return e, bias, func() { f.Close() }, nil
}

// LoadAsyncio looks for the description of asyncio's tasks, in the module's file or, where the module is built in, in the interpreter's. It is
// there once the program has imported asyncio; until then, and for good where the version has none, the error says why.
func (t *Target) LoadAsyncio(pid int) error {
	if t.tasks != nil || t.tasksWhy != nil {
		return t.tasksWhy
	}
	if t.Version.Minor < 14 {
		_, t.tasksWhy = t.asyncioOf(make([]byte, asyncioSize))
		return t.tasksWhy
	}
	addr, err := findAsyncio(pid)
	if err != nil {
		return err
	}
	return t.UseAsyncio(addr)
}

// findAsyncio is the address of the description, which is in a section of its own.
func findAsyncio(pid int) (uint64, error) {
	maps, err := mappings(pid)
	if err != nil {
		return 0, err
	}
	seen := map[string]bool{}
	for _, m := range maps {
		base := filepath.Base(m.path)
		if m.offset != 0 || seen[m.path] || !(strings.HasPrefix(base, "_asyncio.") || strings.HasPrefix(base, "libpython") || strings.HasPrefix(base, "python")) {
			continue
		}
		seen[m.path] = true
		e, bias, done, err := openMapped(pid, m)
		if err != nil {
			continue
		}
		section := e.Section(".AsyncioDebug")
		done()
		if section != nil && section.Size >= asyncioSize {
			return bias + section.Addr, nil
		}
	}
	return 0, &UnsupportedError{"asyncio is not loaded"}
}
