//go:build linux || darwin

package jobs

import (
	"os"
	"syscall"
)

// killGroup signals every process of a group; a group that is gone is no error.
func killGroup(pid int, s syscall.Signal) {
	if pid > 1 {
		syscall.Kill(-pid, s)
	}
}

// sendWithFiles writes a frame whose first byte carries the descriptors.
func sendWithFiles(conn *os.File, frame []byte, files ...*os.File) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	fds := make([]int, len(files))
	for i, f := range files {
		// Control keeps the file from being closed meanwhile and, unlike Fd, leaves it non-blocking.
		fr, err := f.SyscallConn()
		if err != nil {
			return err
		}
		if err := fr.Control(func(fd uintptr) { fds[i] = int(fd) }); err != nil {
			return err
		}
	}
	var sendErr error
	err = raw.Write(func(fd uintptr) bool {
		var n int
		n, sendErr = syscall.SendmsgN(int(fd), frame, syscall.UnixRights(fds...), nil, 0)
		if sendErr == syscall.EAGAIN {
			return false
		}
		if sendErr == nil && n < len(frame) {
			sendErr = syscall.EMSGSIZE
		}
		return true
	})
	if err == nil {
		err = sendErr
	}
	return err
}
