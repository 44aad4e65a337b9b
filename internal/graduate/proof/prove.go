package proof

import (
	"context"
	"errors"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

// Prove runs the package and holds it against the original.
func Prove(ctx context.Context, s Subject, run oracle.Options, o Options) (*Report, error) {
	return nil, errors.New("not yet")
}
