package bench

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// A Machine is what a later reader needs to know before comparing figures: the fingerprint of where they were measured, and how much
// the machine was doing besides.
type Machine struct {
	System    string `json:"system"`
	Kernel    string `json:"kernel,omitempty"`
	Processor string `json:"processor,omitempty"`
	Cores     int    `json:"cores"`
	Governor  string `json:"governor,omitempty"`
	Turbo     string `json:"turbo,omitempty"`
	HugePages string `json:"huge_pages,omitempty"`
	Layout    string `json:"address_randomization,omitempty"`
	Quota     string `json:"cgroup_cpu_max,omitempty"`

	LoadBefore float64 `json:"load_before"`
	LoadAfter  float64 `json:"load_after"`
	StealShare float64 `json:"steal_share"` // of all processor time in the session
	BusyShare  float64 `json:"busy_share"`  // of all processor time in the session, the session's own included

	before cpuTimes
}

type cpuTimes struct{ total, idle, steal float64 }

func readCPUTimes() (t cpuTimes) {
	b, _ := os.ReadFile("/proc/stat")
	line, _, _ := bytes.Cut(b, []byte("\n"))
	for i, f := range strings.Fields(string(line)) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil || i > 8 { // guest time is counted in user already
			continue
		}
		t.total += v
		switch i {
		case 4, 5: // idle, iowait
			t.idle += v
		case 8:
			t.steal += v
		}
	}
	return t
}

func line(path string) string {
	b, _ := os.ReadFile(path)
	s, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSpace(s)
}

func load() float64 {
	f := strings.Fields(line("/proc/loadavg"))
	if len(f) == 0 {
		return 0
	}
	v, _ := strconv.ParseFloat(f[0], 64)
	return v
}

func readMachine() Machine {
	m := Machine{System: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.NumCPU()}
	m.Kernel = line("/proc/sys/kernel/osrelease")
	b, _ := os.ReadFile("/proc/cpuinfo")
	for l := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == "model name" {
			m.Processor = strings.TrimSpace(v)
			break
		}
	}
	m.Governor = line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
	switch { // intel_pstate says when turbo is off, the generic driver when it is on
	case line("/sys/devices/system/cpu/intel_pstate/no_turbo") == "1", line("/sys/devices/system/cpu/cpufreq/boost") == "0":
		m.Turbo = "off"
	case line("/sys/devices/system/cpu/intel_pstate/no_turbo") == "0", line("/sys/devices/system/cpu/cpufreq/boost") == "1":
		m.Turbo = "on"
	}
	if h := line("/sys/kernel/mm/transparent_hugepage/enabled"); h != "" {
		if i, j := strings.IndexByte(h, '['), strings.IndexByte(h, ']'); i >= 0 && j > i {
			m.HugePages = h[i+1 : j]
		}
	}
	m.Layout = line("/proc/sys/kernel/randomize_va_space")
	m.Quota = cgroupQuota()
	m.LoadBefore = load()
	m.before = readCPUTimes()
	return m
}

func cgroupQuota() string {
	b, _ := os.ReadFile("/proc/self/cgroup")
	for l := range strings.Lines(string(b)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(l), "0::"); ok {
			return line(filepath.Join("/sys/fs/cgroup", path, "cpu.max"))
		}
	}
	return ""
}

func (m *Machine) finish() {
	m.LoadAfter = load()
	after := readCPUTimes()
	if d := after.total - m.before.total; d > 0 {
		m.StealShare = (after.steal - m.before.steal) / d
		m.BusyShare = 1 - (after.idle-m.before.idle)/d
	}
}

// Same says whether figures of the two machines may stand in one table, and if not, the first thing that differs.
func (m Machine) Same(o Machine) (string, bool) {
	for _, c := range []struct{ what, a, b string }{
		{"system", m.System, o.System}, {"processor", m.Processor, o.Processor}, {"kernel", m.Kernel, o.Kernel},
		{"cores", strconv.Itoa(m.Cores), strconv.Itoa(o.Cores)}, {"governor", m.Governor, o.Governor}, {"cgroup quota", m.Quota, o.Quota},
		{"huge pages", m.HugePages, o.HugePages},
	} {
		if c.a != c.b {
			return c.what + " was " + c.a + ", is " + c.b, false
		}
	}
	return "", true
}

var probes sync.Map

// probeArm describes the interpreter of an arm whose command starts with one.
func probeArm(a Arm) *Interpreter {
	python := a.Python
	if python == "" && len(a.Argv) > 0 && LooksLikePython(a.Argv[0]) {
		python = a.Argv[0]
	}
	if python == "" {
		return nil
	}
	key := python
	for _, k := range sortedKeys(a.Env) {
		key += "\x00" + k + "=" + a.Env[k]
	}
	if v, ok := probes.Load(key); ok {
		return v.(*Interpreter)
	}
	in, err := Probe(python, a.Env)
	if err != nil {
		return nil
	}
	probes.Store(key, in)
	return in
}
