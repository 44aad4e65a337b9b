package cli

import (
	"context"
	"fmt"

	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
	"github.com/roadworthy-dev/roadworthy/internal/measure/sample"
)

func benchService(ctx context.Context, s *streams, f benchFlags, root, name string, d bench.DeclaredService) error {
	return fmt.Errorf("bench.%s: service", name)
}

func profileService(ctx context.Context, s *streams, f profileFlags, o sample.Options) error {
	return fmt.Errorf("profile: service")
}
