//go:build linux

// Package ladder is the durability ladder: it runs the real program, accepts runs, and kills at random the server, the
// process that workers are forked from, a worker or Postgres with SIGKILL, or stops one of them for a while, and then
// compares what was accepted with what was run.
//
// ROADWORTHY_KILLS (true SIGKILLs), ROADWORTHY_FULL (times the disk is full) and ROADWORTHY_RUNS size it, for each
// database; the defaults are the short form that CI runs. ROADWORTHY_TEST_BINARY is a program to test instead of one built
// from here.
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
	if path := os.Getenv("ROADWORTHY_TEST_BINARY"); path != "" {
		return path, nil
	}
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

@roadworthy.job(retries=1000, backoff="20ms max 200ms")
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

// A book is what was accepted by a site, as its producers were told.
type book struct {
	site     *site
	runs     int // to be accepted in all
	mu       sync.Mutex
	accepted map[int64]bool
	asked    atomic.Int64
	work     sync.WaitGroup
}

// produce has runs accepted from four producers at a time. A request that fails, for whatever reason, is asked again.
func produce(s *site, runs int) *book { return produceEvery(s, runs, 0) }

// produceEvery is produce with a pause of each producer after each of its requests.
func produceEvery(s *site, runs int, pause time.Duration) *book {
	b := &book{site: s, runs: runs, accepted: map[int64]bool{}}
	ctx := s.t.Context()
	for range 4 {
		b.work.Go(func() {
			for ctx.Err() == nil {
				n := int64(20)
				if b.asked.Add(n) > int64(runs) {
					return
				}
				reqs := make([]map[string]any, n)
				for i := range reqs {
					reqs[i] = map[string]any{"job": "mark"}
				}
				var res struct{ Accepted []struct{ ID int64 } }
				if err := s.call("POST", "enqueue", map[string]any{"runs": reqs}, &res); err != nil {
					b.asked.Add(-n)
					time.Sleep(30 * time.Millisecond)
					continue
				}
				b.mu.Lock()
				for _, a := range res.Accepted {
					b.accepted[a.ID] = true
				}
				b.mu.Unlock()
				time.Sleep(pause)
			}
		})
	}
	return b
}

// await returns when a share of the runs has been accepted, so that what happens is spread over the whole production.
func (b *book) await(part, of int) {
	for {
		if b.told() >= b.runs*part/of || int(b.asked.Load()) >= b.runs {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// told is how many runs the producers were told are accepted.
func (b *book) told() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.accepted)
}

// enough ends a production before all of its runs are accepted.
func (b *book) enough() { b.asked.Store(int64(b.runs)) }

// settle waits until every run has ended and compares what was accepted with what was run. A disturbance is anything
// that may make runs run again; what happened is told in the log.
func (b *book) settle(disturbances int, what string) {
	t, s := b.site.t, b.site
	t.Helper()
	b.work.Wait()
	type account struct{ Accepted, Done, Dead, Cancelled, Live, Pruned int64 }
	var l account
	// Patience is counted in looks, not by the clock: this process may be stopped for a while itself.
	for looks, before := 0, int64(-1); ; looks++ {
		if err := s.call("GET", "ledger", nil, &l); err == nil && l.Live == 0 {
			break
		}
		if l.Live != before {
			looks, before = 0, l.Live
		}
		if looks > 1800 {
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
	for id := range b.accepted {
		if ran[id] == 0 {
			lost++
			if lost <= 5 {
				t.Errorf("run %d was accepted and never ran", id)
			}
		}
	}
	extra := total - len(ran)
	t.Logf("%s; %d runs accepted and told, %d in the ledger; %d lost; %d extra runs (%.2f a time); ledger %+v",
		what, len(b.accepted), l.Accepted, lost, extra, float64(extra)/float64(max(1, disturbances)), l)
	if l.Accepted != l.Done+l.Dead+l.Cancelled+l.Live+l.Pruned {
		t.Errorf("the ledger does not add up: %+v", l)
	}
	if l.Dead+l.Cancelled > 0 {
		t.Errorf("%d runs are dead and %d cancelled, of a job that never fails", l.Dead, l.Cancelled)
	}
	// What a crash can repeat is what was in flight: two workers, and the finished runs of one batch.
	if bound := disturbances * 2 * 257; extra > bound {
		t.Errorf("%d extra runs, bound %d", extra, bound)
	}
	s.down()
	for wait := 0; len(orphans(s.dir)) > 0; wait++ {
		if wait > 50 {
			t.Fatalf("processes outlived the server: %v", orphans(s.dir))
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// ladder kills with SIGKILL as often as asked, and now and then stops a process for a while instead.
func ladder(t *testing.T, s *site, postgres *pgtest.Server) {
	kills, runs := number(t, "ROADWORTHY_KILLS", 10), number(t, "ROADWORTHY_RUNS", 2000)
	s.up()
	b := produce(s, runs)
	happened := map[string]int{}
	for done, n := 0, 0; done < kills; {
		b.await(done, kills)
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		victim := []string{"server", "zygote", "worker", "worker", "postgres", "stop server", "stop worker"}[rand.IntN(7)]
		if victim == "postgres" && (postgres == nil || rand.IntN(3) > 0) {
			victim = "server"
		}
		server := s.pid()
		zygote := pick(children(server))
		worker := pick(children(zygote))
		pid := map[string]int{"server": server, "zygote": zygote, "worker": worker, "stop server": server, "stop worker": worker, "postgres": 1}[victim]
		if pid == 0 {
			// Nothing of the kind is up yet, after the kill before.
			time.Sleep(20 * time.Millisecond)
			if n++; n > 10000 {
				t.Fatal("no process to kill: the server does not come up")
			}
			continue
		}
		switch victim {
		case "stop server", "stop worker":
			syscall.Kill(pid, syscall.SIGSTOP)
			time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond)
			syscall.Kill(pid, syscall.SIGCONT)
		case "postgres":
			postgres.Kill()
			if err := postgres.Up(); err != nil {
				t.Fatal(err)
			}
			done++
		default:
			syscall.Kill(pid, syscall.SIGKILL)
			done++
		}
		happened[victim]++
	}
	n := 0
	for _, k := range happened {
		n += k
	}
	b.settle(n, fmt.Sprintf("%d SIGKILLs and %d stops %v", kills, n-kills, happened))
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

// small mounts a file system of the given size in memory, which a test can fill; only root may.
func small(t *testing.T, dir, size string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("no file system of limited size can be mounted here (root may): %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
}

// fill leaves no byte free under dir until the returned function is called.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; size /= 16 {
		for block := make([]byte, size); ; {
			if _, err := f.Write(block); err != nil {
				break
			}
		}
	}
	return func() { os.Remove(path) }
}

// fullDisk fills the disk under the database again and again; one time in three the server is killed while it is full.
func fullDisk(t *testing.T, s *site, dir string, postgres *pgtest.Server) {
	times, runs := number(t, "ROADWORTHY_FULL", 4), number(t, "ROADWORTHY_RUNS", 2000)
	s.up()
	s.ready()
	b := produce(s, runs)
	kills, crashes := 0, 0
	for i := range times {
		b.await(i, times)
		free := fill(t, dir)
		time.Sleep(time.Duration(100+rand.IntN(500)) * time.Millisecond)
		if rand.IntN(3) == 0 {
			if pid := s.pid(); pid != 0 {
				syscall.Kill(pid, syscall.SIGKILL)
				kills++
			}
			time.Sleep(200 * time.Millisecond)
		}
		free()
		if postgres != nil && postgres.Ended() {
			// It does not live on without room for its log; its supervisor starts it again.
			crashes++
			if err := postgres.Up(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if refused := strings.Count(s.text("server.log"), "cannot write to the database"); refused+crashes == 0 {
		t.Error("the full disk was never noticed: the test does not show anything")
	}
	b.settle(times+kills, fmt.Sprintf("disk full %d times, %d SIGKILLs meanwhile, %d ends of Postgres", times, kills, crashes))
}

func TestFullDiskSQLite(t *testing.T) {
	s := newSite(t, "full", []string{"up", "--reload=false"})
	data := filepath.Join(s.dir, ".roadworthy")
	small(t, data, "96m")
	fullDisk(t, s, data, nil)
}

func TestFullDiskPostgres(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "rwpg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	small(t, dir, "400m")
	server := startPostgres(t, dir)
	url, err := server.NewDatabase()
	if err != nil {
		t.Fatal(err)
	}
	fullDisk(t, newSite(t, "pgfull", []string{"serve", "--store", url}), dir, server)
}

func startPostgres(t *testing.T, dir string) *pgtest.Server {
	t.Helper()
	server, err := pgtest.Start(dir)
	if err != nil {
		if os.Getenv("ROADWORTHY_NEED_POSTGRES") != "" {
			t.Fatalf("no PostgreSQL server: %v", err)
		}
		t.Skipf("no PostgreSQL server (apt-get install postgresql): %v", err)
	}
	t.Cleanup(server.Stop)
	return server
}

func TestLadderSQLite(t *testing.T) {
	ladder(t, newSite(t, "lite", []string{"up", "--reload=false"}), nil)
}

func TestLadderPostgres(t *testing.T) {
	server := startPostgres(t, "")
	url, err := server.NewDatabase()
	if err != nil {
		t.Fatal(err)
	}
	ladder(t, newSite(t, "pg", []string{"serve", "--store", url}), server)
}
