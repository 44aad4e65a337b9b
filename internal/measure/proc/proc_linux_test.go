package proc

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func run(t *testing.T, c Command) Sample {
	t.Helper()
	s, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRunAccounts(t *testing.T) {
	s := run(t, Command{Argv: []string{"sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; exit 3"}})
	if s.Exit != 3 || s.OK() {
		t.Errorf("exit %d, want 3", s.Exit)
	}
	if s.CPU() <= 0 || s.CPU() > s.Wall+50*time.Millisecond {
		t.Errorf("cpu %v in wall %v", s.CPU(), s.Wall)
	}
	s = run(t, Command{Argv: []string{"sleep", "0.05"}})
	if s.Wall < 50*time.Millisecond || s.CPU() > 40*time.Millisecond {
		t.Errorf("sleep: wall %v cpu %v", s.Wall, s.CPU())
	}
}

func TestRunReportsSignalsAndLimits(t *testing.T) {
	if s := run(t, Command{Argv: []string{"sh", "-c", "kill -SEGV $$"}}); s.Signal != "SIGSEGV" || s.Exit != 128+11 {
		t.Errorf("signal %q exit %d", s.Signal, s.Exit)
	}
	if s := run(t, Command{Argv: []string{"sleep", "60"}, Limit: 50 * time.Millisecond}); !s.Expired || s.OK() {
		t.Errorf("a command over its limit gave %+v", s)
	}
	if _, err := Run(context.Background(), Command{Argv: []string{"no-such-command-anywhere"}}); err == nil {
		t.Error("a missing command gave no error")
	}
}

func TestPeakIsTheChildsAndNotOurs(t *testing.T) {
	ballast := make([]byte, 128<<20)
	for i := 0; i < len(ballast); i += 4096 {
		ballast[i] = 1
	}
	s := run(t, Command{Argv: []string{"sleep", "0.05"}, Watch: true})
	if s.Peak > 64<<20 {
		t.Errorf("peak %d MiB of a sleep: that is the parent's memory (%d)", s.Peak>>20, len(ballast)>>20)
	}
	if s.Peak == 0 || s.PSS == 0 {
		t.Errorf("watched run knows no memory: %+v", s)
	}
}

func TestRunEndsWhatWasLeftBehind(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	s := run(t, Command{Argv: []string{"sh", "-c", "sleep 300 & echo $! >" + file}})
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	if !s.Left {
		t.Error("the process left behind was not noticed")
	}
	waitGone(t, pid)
}

func waitGone(t *testing.T, pid int) {
	t.Helper()
	for range 500 {
		b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil || strings.Contains(string(b), ") Z ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	unix.Kill(pid, unix.SIGKILL)
	t.Errorf("process %d still lives", pid)
}

// The test binary starts itself as a victim that runs a command with a grandchild, and kills it with the signal nobody can handle.
func TestKilledParentLeavesNoOrphans(t *testing.T) {
	leavesNoOrphans(t, func(argv []string) { Run(context.Background(), Command{Argv: argv}) })
}

// The victim dies after the start of its command and before it could tell its guard the group.
func TestKilledBetweenStartAndNumberLeavesNoOrphans(t *testing.T) {
	leavesNoOrphans(t, func(argv []string) {
		g, err := theGuard()
		if err != nil {
			panic(err)
		}
		_, mark := g.announce()
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Env = append(os.Environ(), mark)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		cmd.Run()
	})
}

func leavesNoOrphans(t *testing.T, victim func(argv []string)) {
	if file := os.Getenv("PROC_TEST_VICTIM"); file != "" {
		victim([]string{"sh", "-c", "sleep 300 & echo $! $$ >" + file + "; wait"})
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "pids")
	p, err := os.StartProcess(self, []string{self, "-test.run=^" + t.Name() + "$"},
		&os.ProcAttr{Env: append(os.Environ(), "PROC_TEST_VICTIM="+file)})
	if err != nil {
		t.Fatal(err)
	}
	var pids []string
	for range 1000 {
		b, _ := os.ReadFile(file)
		if pids = strings.Fields(string(b)); len(pids) == 2 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.Kill()
	p.Wait()
	if len(pids) != 2 {
		t.Fatal("the victim started nothing")
	}
	for _, s := range pids {
		pid, _ := strconv.Atoi(s)
		waitGone(t, pid)
	}
}
