//go:build !linux

package load

import (
	"context"
	"time"
)

// pace calls send for every request a lead before it is due.
func pace(ctx context.Context, origin time.Time, times []time.Duration, lead time.Duration, send func(i int) bool) {
	for i, due := range times {
		if d := due - lead - time.Since(origin); d > 0 {
			time.Sleep(d)
		}
		if ctx.Err() != nil || !send(i) {
			return
		}
	}
}
