package oracle

import (
	"os"
	"os/exec"
	"sync"
	"syscall"
)

var probe struct {
	sync.Mutex
	done map[bool]bool
}

// namespaces gives a run a user namespace of its own, in which it may have process and network namespaces without being anybody: what it
// starts ends with it, and there is no network device to reach anything by. nil where the system does not allow it.
func namespaces(python string, offline bool) *syscall.SysProcAttr {
	probe.Lock()
	defer probe.Unlock()
	if probe.done == nil {
		probe.done = map[bool]bool{}
	}
	works, known := probe.done[offline]
	if !known {
		cmd := exec.Command(python, "-I", "-S", "-c", "pass")
		cmd.SysProcAttr = spaces(offline)
		works = cmd.Run() == nil
		probe.done[offline] = works
	}
	if !works {
		return nil
	}
	return spaces(offline)
}

func spaces(offline bool) *syscall.SysProcAttr {
	flags := uintptr(syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC)
	if offline {
		flags |= syscall.CLONE_NEWNET
	}
	return &syscall.SysProcAttr{
		Cloneflags:  flags,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}},
		Setpgid:     true,
	}
}

func groupOnly() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// endGroup kills the process group, and with it the process namespace where there is one.
func endGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Process.Kill()
	}
}
