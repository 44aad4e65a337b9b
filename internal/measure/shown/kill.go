//go:build linux

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func init() { experiments["kill"] = experiment{kill} }

// kill starts bench and profile on work that has children of its own, kills one of the processes at a random moment with the signal that
// cannot be handled, and looks for what is left: processes that carry the round's mark, and results that do not parse.
func kill(ctx context.Context, short bool, args []string) (bool, error) {
	fl := flag.NewFlagSet("kill", flag.ContinueOnError)
	roadworthy := fl.String("roadworthy", "bin/roadworthy", "the program to kill")
	rounds := fl.Int("rounds", 100, "rounds")
	if err := fl.Parse(args); err != nil {
		return false, err
	}
	if short {
		*rounds = 8
	}
	all, err := pythons("")
	if err != nil {
		return false, err
	}
	python := all[len(all)-1]
	tool, err := filepath.Abs(*roadworthy)
	if err != nil {
		return false, err
	}
	dir, err := os.MkdirTemp("", "roadworthy-kill-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	rng := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	orphans, torn, results := 0, 0, 0
	killed := map[string]int{}
	for round := range *rounds {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		mark := fmt.Sprintf("ROADWORTHY_KILL_ROUND=%d-%d", os.Getpid(), round)
		work := "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(%s)']); time.sleep(%s); p.kill() if %d else p.wait()"
		var argv []string
		what := []string{"bench", "profile"}[round%2]
		if what == "bench" {
			// Short runs, so that a result is being written when some of the rounds are killed.
			const short = "sleep 30 & sleep 0.01; kill $!"
			argv = []string{"bench", "--quiet", "--pairs", "2", "--name", "killed", "--vs", "sh -c '" + short + "'", "--", "sh", "-c", short}
		} else {
			argv = []string{"profile", "--duration", "1s", "--output", "profile.html", "--", python, "-c", fmt.Sprintf(work, "60", "60", 0)}
		}
		cmd := exec.Command(tool, argv...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), mark)
		if err := cmd.Start(); err != nil {
			return false, err
		}
		done := make(chan struct{})
		go func() { cmd.Wait(); close(done) }()
		select {
		case <-time.After(time.Duration(rng.Float64() * 1.5 * float64(time.Second))):
		case <-done:
		}
		victim := "tool"
		target := cmd.Process.Pid
		if rng.IntN(3) == 0 { // the work itself, or a child of it
			if found := marked(mark, cmd.Process.Pid); len(found) > 0 {
				target, victim = found[rng.IntN(len(found))], "target"
			}
		}
		killed[what+" "+victim]++
		syscall.Kill(target, syscall.SIGKILL)
		if victim == "target" {
			select {
			case <-done:
			case <-time.After(2 * time.Minute):
				fmt.Printf("round %d: %s did not end after its target was killed\n", round, what)
				orphans++
				cmd.Process.Kill()
			}
		}
		<-done
		left := marked(mark, 0)
		for range 100 {
			if len(left) == 0 {
				break
			}
			time.Sleep(20 * time.Millisecond)
			left = marked(mark, 0)
		}
		for _, pid := range left {
			b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
			fmt.Printf("round %d (%s, %s killed): process %d is left: %.120q\n", round, what, victim, pid, b)
			syscall.Kill(pid, syscall.SIGKILL)
			orphans++
		}
		paths, _ := filepath.Glob(filepath.Join(dir, ".roadworthy/bench/*/*.json"))
		for _, p := range paths {
			results++
			b, err := os.ReadFile(p)
			if err != nil || !json.Valid(b) {
				torn++
				fmt.Printf("round %d: %s is half written\n", round, p)
			}
			os.Remove(p)
		}
		if b, err := os.ReadFile(filepath.Join(dir, "profile.html")); err == nil {
			results++
			if !strings.HasSuffix(strings.TrimSpace(string(b)), "</html>") {
				torn++
			}
			os.Remove(filepath.Join(dir, "profile.html"))
		}
	}
	fmt.Printf("%d rounds (%v killed): %d processes left behind, %d results written, %d of them half: %s\n", *rounds, killed, orphans, results, torn, verdict(orphans == 0 && torn == 0))
	return orphans == 0 && torn == 0, nil
}

// marked lists the processes that carry the mark in their environment, without one and without zombies.
func marked(mark string, without int) (pids []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == without {
			continue
		}
		b, err := os.ReadFile("/proc/" + e.Name() + "/environ")
		if err == nil && len(b) > 0 && strings.Contains("\x00"+string(b), "\x00"+mark+"\x00") {
			pids = append(pids, pid)
		}
	}
	return pids
}
