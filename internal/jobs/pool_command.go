//go:build linux || darwin

package jobs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// runCommand runs a job that is a program: its arguments arrive as JSON on standard input and in ROADWORTHY_ARGS.
func (p *Pool) runCommand(e *execution, traceparent string) {
	d := e.decl
	name, dir := d.Command[0], filepath.Join(p.opts.Root, filepath.FromSlash(d.Directory))
	env := append(os.Environ(), p.opts.Env...)
	if p.opts.Python != "" && (name == "python" || name == "python3") {
		// The interpreter that the project's jobs use, which sees the project's own modules as theirs do.
		name = p.opts.Python
		paths := append(slices.Clone(p.opts.Paths), dir)
		if old := os.Getenv("PYTHONPATH"); old != "" {
			paths = append(paths, old)
		}
		env = append(env, "PYTHONPATH="+strings.Join(paths, string(os.PathListSeparator)))
	}
	cmd := exec.Command(name, d.Command[1:]...)
	if strings.ContainsRune(name, filepath.Separator) && !filepath.IsAbs(name) {
		cmd.Path = filepath.Join(dir, name)
	}
	cmd.Dir = dir
	cmd.Env = append(env, "ROADWORTHY_ARGS="+string(e.run.Args), fmt.Sprintf("ROADWORTHY_RUN=%d", e.run.ID),
		fmt.Sprintf("ROADWORTHY_ATTEMPT=%d", e.run.Attempt), "ROADWORTHY_JOB="+e.run.Job, "ROADWORTHY_KEY="+e.run.Meta.Key, "TRACEPARENT="+traceparent)
	for _, k := range sortedKeys(d.Env) {
		cmd.Env = append(cmd.Env, k+"="+d.Env[k])
	}
	cmd.Stdin = strings.NewReader(string(e.run.Args))
	out := writerFunc(func(b []byte) (int, error) {
		e.mu.Lock()
		e.output.write(b, p.opts.OutputCap)
		e.mu.Unlock()
		return len(b), nil
	})
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = childAttr()
	cmd.WaitDelay = 2 * time.Second
	err := p.start(cmd)
	if err == nil {
		p.mu.Lock()
		e.proc = cmd.Process
		p.mu.Unlock()
		if d.TimeLimit > 0 {
			e.mu.Lock()
			e.timers = append(e.timers, time.AfterFunc(d.TimeLimit, func() { p.stop(e, "time limit", true) }))
			e.mu.Unlock()
		}
		err = cmd.Wait()
		killGroup(cmd.Process.Pid, syscall.SIGKILL)
	}
	p.mu.Lock()
	delete(p.commands, e)
	p.mu.Unlock()
	a := e.attempt(clock(), 0)
	if cmd.Process != nil {
		a.PID = cmd.Process.Pid
	}
	if ps := cmd.ProcessState; ps != nil {
		if ru, ok := ps.SysUsage().(*syscall.Rusage); ok {
			a.PeakRSS = max(a.PeakRSS, ru.Maxrss*rssUnit)
		}
	}
	stop := e.stopping()
	var exit *exec.ExitError
	switch {
	case err == nil || errors.Is(err, exec.ErrWaitDelay):
		a.Outcome = Succeeded
	case stop != "":
		e.stopped(a, stop)
	case errors.As(err, &exit):
		a.Outcome = Failed
		if ws, ok := exit.Sys().(syscall.WaitStatus); ok {
			a.Cause = describeExit(int(ws))
		}
		a.Error = "the command ended with " + a.Cause
		if last := lastLine(a.Output); last != "" {
			a.Error += ": " + last
		}
	default:
		a.Outcome, a.Cause, a.Error = Failed, "cannot start", err.Error()
	}
	e.finish(a)
	p.changed()
}
