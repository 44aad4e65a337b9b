//go:build linux || darwin

// Package pgtest gives tests a real PostgreSQL server: one for each test process, in a temporary directory, on a unix
// socket, with fsync on; and a fresh database for each call. It is imported by tests only.
//
// Where the server's binaries cannot be found the test is skipped with a message that says how to get them;
// ROADWORTHY_NEED_POSTGRES=1, which CI sets, makes that a failure.
package pgtest

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a running server.
type Server struct {
	Dir, bin string
	cmd      *exec.Cmd
	cred     *syscall.Credential
	ended    chan struct{}
}

var (
	once   sync.Once
	shared *Server
	failed error
	number atomic.Int64

	keeping sync.Mutex
	kept    []io.WriteCloser // pipes that end with this process, see removeAfter
)

// URL is a fresh database on the process's server.
func URL(t testing.TB) string {
	t.Helper()
	once.Do(func() { shared, failed = Start("") })
	if failed != nil {
		if os.Getenv("ROADWORTHY_NEED_POSTGRES") != "" {
			t.Fatalf("no PostgreSQL server: %v", failed)
		}
		t.Skipf("no PostgreSQL server (apt-get install postgresql, or put its bin directory on PATH): %v", failed)
	}
	url, err := shared.NewDatabase()
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func binaries() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Reverse(dirs)
	for _, d := range dirs {
		if _, err := os.Stat(filepath.Join(d, "initdb")); err == nil {
			return d, nil
		}
	}
	return "", fmt.Errorf("initdb was found neither on PATH nor under /usr/lib/postgresql")
}

// Start starts a server in dir, or in a new temporary directory; one that ran there before goes on with its data.
func Start(dir string) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	s := &Server{Dir: dir, bin: bin}
	if s.Dir == "" {
		// A short path: a unix socket's name has room for about a hundred bytes.
		if s.Dir, err = os.MkdirTemp("/tmp", "rwpg"); err != nil {
			return nil, err
		}
		if err := removeAfter(s.Dir); err != nil {
			return nil, err
		}
	}
	if os.Getuid() == 0 { // the server refuses to run as root
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		s.cred = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(s.Dir, uid, gid); err != nil {
			return nil, err
		}
	}
	if _, err := os.Stat(filepath.Join(s.Dir, "data", "PG_VERSION")); err != nil {
		init := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(s.Dir, "data"), "-U", "roadworthy", "-A", "trust", "-E", "UTF8", "--locale=C")
		init.SysProcAttr = &syscall.SysProcAttr{Credential: s.cred}
		init.Dir = "/"
		if out, err := init.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("initdb: %w: %s", err, out)
		}
	}
	return s, s.Up()
}

// removeAfter removes a directory once this process has ended, however it ends: a process waits for the end of a pipe that
// only this one holds. A server's data is some 300 MB, and a test process has no end of its own at which to remove them.
func removeAfter(dir string) error {
	wait := exec.Command("sh", "-c", `cat >/dev/null; sleep 2; rm -rf "$1"`, "sh", dir)
	wait.Dir = "/"
	wait.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	pipe, err := wait.StdinPipe()
	if err != nil {
		return err
	}
	keeping.Lock()
	kept = append(kept, pipe)
	keeping.Unlock()
	return wait.Start()
}

// Up starts the server process and waits until it answers. After a kill the backends of the server before may take a
// moment to end, and until then the new one refuses to start; it is tried again.
func (s *Server) Up() error {
	var err error
	for range 20 {
		if err = s.up(); err == nil {
			return nil
		}
		time.Sleep(250 * time.Millisecond)
	}
	return err
}

func (s *Server) up() error {
	os.Remove(filepath.Join(s.Dir, "data", "postmaster.pid"))
	s.cmd = exec.Command(filepath.Join(s.bin, "postgres"), "-D", filepath.Join(s.Dir, "data"), "-k", s.Dir, "-h", "", "-c", "max_connections=200", "-c", "shared_buffers=64MB")
	s.cmd.Dir = "/"
	log, err := os.CreateTemp("", "rwpg*.log")
	if err != nil {
		return err
	}
	defer log.Close()
	defer os.Remove(log.Name())
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = procAttr(s.cred)
	started := make(chan error)
	go func() {
		// The server goes when the thread that started it does, so that thread is kept for the process's life.
		runtime.LockOSThread()
		started <- s.cmd.Start()
		select {}
	}()
	if err := <-started; err != nil {
		return err
	}
	ended := make(chan struct{})
	s.ended = ended
	go func() { s.cmd.Wait(); close(ended) }()
	for deadline := time.Now().Add(30 * time.Second); ; {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		c, err := pgx.Connect(ctx, s.URL("postgres"))
		cancel()
		if err == nil {
			return c.Close(context.Background())
		}
		over := time.Now().After(deadline)
		select {
		case <-ended:
			over = true
		case <-time.After(50 * time.Millisecond):
		}
		if over {
			s.cmd.Process.Kill()
			out, _ := os.ReadFile(log.Name())
			return fmt.Errorf("the server does not answer: %w: %s", err, out)
		}
	}
}

// Kill ends the server with SIGKILL, as a crash would.
func (s *Server) Kill() {
	pid := s.cmd.Process.Pid
	// Its backends notice the death of the postmaster by themselves; killing them too makes it a crash at one moment.
	if out, err := exec.Command("pgrep", "-P", strconv.Itoa(pid)).Output(); err == nil {
		for _, f := range strings.Fields(string(out)) {
			if child, err := strconv.Atoi(f); err == nil {
				defer syscall.Kill(child, syscall.SIGKILL)
			}
		}
	}
	s.cmd.Process.Kill()
	<-s.ended
}

// Ended says whether the server has ended by itself, as it does when it cannot write its log.
func (s *Server) Ended() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// Stop ends the server and removes its directory.
func (s *Server) Stop() {
	s.cmd.Process.Signal(syscall.SIGQUIT)
	<-s.ended
	os.RemoveAll(s.Dir)
}

// URL names a database of the server.
func (s *Server) URL(database string) string {
	return "postgres://roadworthy@/" + database + "?host=" + s.Dir + "&sslmode=disable"
}

// NewDatabase makes an empty database.
func (s *Server) NewDatabase() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return "", err
	}
	defer c.Close(ctx)
	name := fmt.Sprintf("t%d", number.Add(1))
	if _, err := c.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	return s.URL(name), nil
}
