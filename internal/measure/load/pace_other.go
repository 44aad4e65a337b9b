//go:build !linux

package load

import (
	"context"
	"time"
)

// pace calls send at every due time.
func pace(ctx context.Context, origin time.Time, times []time.Duration, send func(i int) bool) {
	for i, due := range times {
		if d := due - time.Since(origin); d > 0 {
			time.Sleep(d)
		}
		if ctx.Err() != nil || !send(i) {
			return
		}
	}
}
