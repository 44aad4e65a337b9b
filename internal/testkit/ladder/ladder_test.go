//go:build linux

// Package ladder is the durability ladder: it runs the real program, accepts runs, and kills at random the server, the
// process that workers are forked from, a worker or Postgres with SIGKILL, or stops one of them for a while, and then
// compares what was accepted with what was run.
//
// ROADWORTHY_KILLS and ROADWORTHY_RUNS size it (for each database); the defaults are the short form that CI runs.
package ladder

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/testkit/pgtest"
)

func number(t *testing.T, name string, short int) int {
	s := os.Getenv(name)
	if s == "" {
		return short
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s=%q is not a number", name, s)
	}
	return n
}

var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ladder")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "roadworthy")
	out, err := exec.Command("go", "build", "-o", path, "github.com/roadworthy-dev/roadworthy/cmd/roadworthy").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return path, nil
})

const app = `
import os, roadworthy

_fd = os.open(os.environ["LADDER_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

@roadworthy.job(retries=1000, backoff="20ms", backoff_max="200ms")
def mark():
    os.write(_fd, b"%d\n" % roadworthy.current().id)
`

// site is one running installation.
type site struct {
	t       *testing.T
	dir     string
	env     []string
	args    []string
	mu      sync.Mutex
	cmd     *exec.Cmd
	client  *http.Client
	logs    *os.File
	stopped bool
}

func newSite(t *testing.T, name string, args []string, env ...string) *site {
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "rw"+name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.WriteFile(filepath.Join(dir, "app.py"), []byte(app), 0o644); err != nil {
		t.Fatal(err)
	}
	logs, err := os.Create(filepath.Join(dir, "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, dir: dir, args: append([]string{bin}, args...), logs: logs, env: append(os.Environ(), append(env, "LADDER_LOG="+filepath.Join(dir, "ran.log"))...)}
	socket := filepath.Join(dir, ".roadworthy", "roadworthy.sock")
	s.client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}}}
	t.Cleanup(s.down)
	return s
}

// up keeps the server running: whenever it ends it is started again, as a supervisor would.
func (s *site) up() {
	s.start()
	go func() {
		for {
			s.mu.Lock()
			cmd, stopped := s.cmd, s.stopped
			s.mu.Unlock()
			if stopped {
				return
			}
			cmd.Wait()
			s.mu.Lock()
			if s.stopped {
				s.mu.Unlock()
				return
			}
			s.mu.Unlock()
			time.Sleep(20 * time.Millisecond)
			s.start()
		}
	}()
}

func (s *site) start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	cmd := exec.Command(s.args[0], append(s.args[1:], "--listen", "127.0.0.1:0", s.dir)...)
	cmd.Env, cmd.Stdout, cmd.Stderr = s.env, s.logs, s.logs
	if err := cmd.Start(); err != nil {
		s.t.Error(err)
		return
	}
	s.cmd = cmd
}

func (s *site) down() {
	s.mu.Lock()
	s.stopped = true
	cmd := s.cmd
	s.mu.Unlock()
	if cmd != nil && cmd.Process != nil {
		cmd.Process.Signal(syscall.SIGTERM)
		done := make(chan struct{})
		go func() { cmd.Process.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			cmd.Process.Kill()
		}
	}
}

func (s *site) pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil || s.cmd.Process == nil {
		return 0
	}
	return s.cmd.Process.Pid
}

func (s *site) call(method, path string, body, into any) error {
	var b bytes.Buffer
	if body != nil {
		json.NewEncoder(&b).Encode(body)
	}
	req, err := http.NewRequest(method, "http://localhost/api/v1/"+path, &b)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != 200 {
		return fmt.Errorf("%s: %s", res.Status, data)
	}
	return json.Unmarshal(data, into)
}

// children lists the processes whose parent is pid.
func children(pid int) (out []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		rest := string(b[bytes.LastIndexByte(b, ')')+1:])
		f := strings.Fields(rest)
		if len(f) > 1 && f[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			out = append(out, child)
		}
	}
	return out
}

func pick(pids []int) int {
	if len(pids) == 0 {
		return 0
	}
	return pids[rand.IntN(len(pids))]
}

// ladder accepts runs from several producers while it kills, and then settles the account.
func ladder(t *testing.T, s *site, postgres *pgtest.Server) {
	kills, runs := number(t, "ROADWORTHY_KILLS", 12), number(t, "ROADWORTHY_RUNS", 3000)
	s.up()
	var mu sync.Mutex
	accepted := map[int64]bool{}
	var asked atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var producers sync.WaitGroup
	for range 4 {
		producers.Go(func() {
			for ctx.Err() == nil {
				n := int64(20)
				if asked.Add(n) > int64(runs) {
					return
				}
				reqs := make([]map[string]any, n)
				for i := range reqs {
					reqs[i] = map[string]any{"job": "mark"}
				}
				var res struct{ Accepted []struct{ ID int64 } }
				if err := s.call("POST", "enqueue", map[string]any{"runs": reqs}, &res); err != nil {
					asked.Add(-n)
					time.Sleep(30 * time.Millisecond)
					continue
				}
				mu.Lock()
				for _, a := range res.Accepted {
					accepted[a.ID] = true
				}
				mu.Unlock()
			}
		})
	}
	killed := map[string]int{}
	for i := 0; i < kills; i++ {
		// Kills are spread over the whole production.
		for {
			mu.Lock()
			n := len(accepted)
			mu.Unlock()
			if n >= runs*i/kills || int(asked.Load()) >= runs {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		victim := []string{"server", "zygote", "worker", "worker", "stop server", "stop worker", "postgres"}[rand.IntN(7)]
		if victim == "postgres" && (postgres == nil || rand.IntN(3) > 0) {
			victim = "server"
		}
		server := s.pid()
		zygote := pick(children(server))
		worker := pick(children(zygote))
		switch victim {
		case "server":
			syscall.Kill(server, syscall.SIGKILL)
		case "zygote":
			if zygote == 0 {
				continue
			}
			syscall.Kill(zygote, syscall.SIGKILL)
		case "worker":
			if worker == 0 {
				continue
			}
			syscall.Kill(worker, syscall.SIGKILL)
		case "stop server", "stop worker":
			pid := server
			if victim == "stop worker" {
				pid = worker
			}
			if pid == 0 {
				continue
			}
			syscall.Kill(pid, syscall.SIGSTOP)
			time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond)
			syscall.Kill(pid, syscall.SIGCONT)
		case "postgres":
			postgres.Kill()
			if err := postgres.Up(); err != nil {
				t.Fatal(err)
			}
		}
		killed[victim]++
	}
	producers.Wait()
	type account struct{ Accepted, Done, Dead, Cancelled, Live, Pruned int64 }
	var l account
	deadline := time.Now().Add(3 * time.Minute)
	for {
		if err := s.call("GET", "ledger", nil, &l); err == nil && l.Live == 0 {
			break
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(s.logs.Name())
			t.Fatalf("runs are stuck: %+v\n%s", l, log[max(0, len(log)-4000):])
		}
		time.Sleep(100 * time.Millisecond)
	}
	f, err := os.Open(filepath.Join(s.dir, "ran.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ran := map[int64]int{}
	total := 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		id, err := strconv.ParseInt(sc.Text(), 10, 64)
		if err != nil {
			t.Fatalf("the log has a torn line: %q", sc.Text())
		}
		ran[id]++
		total++
	}
	lost := 0
	for id := range accepted {
		if ran[id] == 0 {
			lost++
			if lost <= 5 {
				t.Errorf("run %d was accepted and never ran", id)
			}
		}
	}
	n := 0
	for _, k := range killed {
		n += k
	}
	extra := total - len(ran)
	t.Logf("%d kills %v; %d runs accepted and told, %d in the ledger; %d lost; %d extra runs (%.2f a kill); ledger %+v",
		n, killed, len(accepted), l.Accepted, lost, extra, float64(extra)/float64(max(1, n)), l)
	if l.Accepted != l.Done+l.Dead+l.Cancelled+l.Live+l.Pruned {
		t.Errorf("the ledger does not add up: %+v", l)
	}
	// What a kill can repeat is what was in flight: two workers, and the finished runs of one batch.
	if bound := n * 2 * 257; extra > bound {
		t.Errorf("%d extra runs, bound %d", extra, bound)
	}
	if left := orphans(s.dir); len(left) > 0 {
		s.down()
		time.Sleep(time.Second)
	}
	s.down()
	for wait := 0; len(orphans(s.dir)) > 0; wait++ {
		if wait > 50 {
			t.Fatalf("processes outlived the server: %v", orphans(s.dir))
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// orphans are processes that inherited the data directory's mark.
func orphans(dir string) (out []int) {
	mark := "ROADWORTHY_DATA=" + filepath.Join(dir, ".roadworthy")
	envs, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range envs {
		if b, err := os.ReadFile(path); err == nil && strings.Contains("\x00"+string(b), "\x00"+mark+"\x00") {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			out = append(out, pid)
		}
	}
	return out
}

func TestLadderSQLite(t *testing.T) {
	ladder(t, newSite(t, "lite", []string{"up", "--reload=false"}), nil)
}

func TestLadderPostgres(t *testing.T) {
	server, err := pgtest.Start("")
	if err != nil {
		if os.Getenv("ROADWORTHY_NEED_POSTGRES") != "" {
			t.Fatalf("no PostgreSQL server: %v", err)
		}
		t.Skipf("no PostgreSQL server (apt-get install postgresql): %v", err)
	}
	defer server.Stop()
	url, err := server.NewDatabase()
	if err != nil {
		t.Fatal(err)
	}
	ladder(t, newSite(t, "pg", []string{"serve", "--store", url}), server)
}
