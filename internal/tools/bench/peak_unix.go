//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakMemory is the process's largest resident set, in bytes.
func peakMemory(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return usage.Maxrss // in bytes there, in kilobytes elsewhere
	}
	return usage.Maxrss * 1024
}
