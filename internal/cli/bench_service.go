package cli

import (
	"context"
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
)

func benchService(ctx context.Context, s *streams, f benchFlags, root, name string, d bench.DeclaredService) error {
	return fmt.Errorf("bench.%s: service", name)
}
