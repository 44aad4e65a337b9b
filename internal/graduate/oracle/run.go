package oracle

import (
	"context"
	"errors"
)

var errNotYet = errors.New("not yet")

// Run executes the program once.
func Run(ctx context.Context, p Program, o Options) (*Trace, error) { return nil, errNotYet }

// Grade runs it again, unchanged and with one condition changed at a time.
func Grade(ctx context.Context, p Program, o Options) (*Graded, error) { return nil, errNotYet }

// RunPackage runs `python -m package`.
func RunPackage(ctx context.Context, p Package, o Options) (*Trace, error) { return nil, errNotYet }

// Value reads a canonical value by fingerprint.
func (t *Trace) Value(fingerprint string) (*Value, error) { return nil, errNotYet }
