package oracle

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A server is an interpreter that has loaded a program's libraries and forks a run for every request. It is the first process of a process
// namespace: between two runs it ends everything else in there, and when it is ended itself, so is everything it started.
//
// What it cannot change after its start is part of its key: the interpreter, the hash seed, whether there is a network.
type server struct {
	cmd   *exec.Cmd
	told  *os.File
	lines <-chan string
	read  *os.File
	gone  chan struct{}
}

// serving finds or starts the server for a run that may be warm; nil when it has to be cold.
func (w *workshop) serving(python interpreter, o Options, place string, spaces *syscall.SysProcAttr, env []string, home string) *server {
	modules := w.loaded[python.path]
	if !o.Warm || spaces == nil || place != here || len(modules) == 0 {
		return nil
	}
	key := fmt.Sprint(python.path, " ", o.HashSeed, " ", o.Network)
	if s, ok := w.warm[key]; ok {
		if s == nil || !s.ended() {
			return s
		}
	}
	w.warm[key] = nil // until it is known to work
	data, err := json.Marshal(modules)
	if err != nil {
		return nil
	}
	list := filepath.Join(w.dir, "modules.json")
	if os.WriteFile(list, data, 0o600) != nil {
		return nil
	}
	read, said, err := os.Pipe()
	if err != nil {
		return nil
	}
	commands, told, err := os.Pipe()
	if err != nil {
		read.Close()
		said.Close()
		return nil
	}
	cmd := exec.Command(python.path, "-X", "utf8", filepath.Join(w.dir, "harness", "run.py"), "--serve", list)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = home, env, spaces
	cmd.ExtraFiles = []*os.File{said, commands}
	err = cmd.Start()
	said.Close()
	commands.Close()
	if err != nil {
		read.Close()
		told.Close()
		return nil
	}
	s := &server{cmd: cmd, told: told, read: read, lines: scan(read), gone: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(s.gone)
	}()
	select {
	case line := <-s.lines:
		if line == "ready" {
			w.warm[key] = s
			return s
		}
	case <-s.gone:
	case <-time.After(5 * time.Minute):
	}
	s.end()
	return nil
}

func (s *server) ended() bool {
	select {
	case <-s.gone:
		return true
	default:
		return false
	}
}

func (s *server) end() {
	if s == nil {
		return
	}
	endGroup(s.cmd)
	<-s.gone
	s.told.Close()
	s.read.Close()
}

// run tells the server one request and follows it. A run that is late takes the server with it.
func (s *server) run(ctx context.Context, named string, r *request, o Options) (cell, how string, late bool) {
	if _, err := s.told.WriteString(named + "\n"); err != nil {
		s.end()
		return "", "its process could not be reached", false
	}
	cell, late = attend(ctx, s.gone, s.lines, r, o)
	if late {
		s.end()
	}
	return cell, strings.TrimSpace("in a process that serves many runs " + state(s)), late
}

func state(s *server) string {
	if s.ended() {
		return ended(s.cmd)
	}
	return ""
}
