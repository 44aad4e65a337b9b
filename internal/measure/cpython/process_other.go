//go:build !linux

package cpython

import (
	"errors"
	"runtime"
	"time"
)

// ErrNoPython says that a process does not contain CPython (yet).
var ErrNoPython = errors.New("the process contains no CPython 3.11 or later, or ended before it ran any Python")

// Attach returns the reason why processes cannot be read here.
func Attach(int) (*Target, error) {
	return nil, &UnsupportedError{"reading the memory of another process needs Linux; this is " + runtime.GOOS}
}

// AttachSoon returns the reason why processes cannot be read here.
func AttachSoon(pid int, _ time.Duration) (*Target, error) { return Attach(pid) }
