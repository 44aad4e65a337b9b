//go:build unix && !linux

package oracle

import (
	"os/exec"
	"syscall"
)

// namespaces are Linux's; elsewhere the audit hook and the process group stand alone.
func namespaces(string, bool) *syscall.SysProcAttr { return nil }

func groupOnly() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func endGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Process.Kill()
	}
}
