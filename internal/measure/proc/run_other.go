//go:build !linux

package proc

import (
	"context"
	"errors"
	"runtime"
	"time"
)

var errUnsupported = errors.New("measuring processes needs Linux; this is " + runtime.GOOS)

// Supported returns nil where processes can be measured.
func Supported() error { return errUnsupported }

// A Process is a started command.
type Process struct{ Pid int }

// Done returns nil: nothing runs here.
func (p *Process) Done() <-chan struct{} { return nil }

// Wait returns the reason why nothing was started.
func (p *Process) Wait() (Sample, error) { return Sample{}, errUnsupported }

// Stop returns the reason why nothing was started.
func (p *Process) Stop(time.Duration) (Sample, error) { return Sample{}, errUnsupported }

// Run returns the reason why nothing was started.
func Run(context.Context, Command) (Sample, error) { return Sample{}, errUnsupported }

// Start returns the reason why nothing was started.
func Start(context.Context, Command) (*Process, error) { return nil, errUnsupported }

// Tree returns pid alone.
func Tree(pid int) []int { return []int{pid} }

// PreferThread does nothing here.
func PreferThread() func() { return func() {} }

// PreferProcess does nothing here.
func PreferProcess() func() { return func() {} }
