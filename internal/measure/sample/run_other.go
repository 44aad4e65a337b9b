//go:build !linux

package sample

import (
	"context"
	"errors"
	"runtime"
)

// Run returns the reason why processes cannot be profiled here.
func Run(context.Context, Options) (*Profile, error) {
	return nil, errors.New("profiling needs Linux; this is " + runtime.GOOS)
}
