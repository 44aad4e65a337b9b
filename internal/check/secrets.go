package check

import (
	"context"

	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

// secrets looks for credentials in string literals and in the stored outputs of notebooks.
func (c *Checked) secrets(ctx context.Context) []rule.Secret { return nil }
