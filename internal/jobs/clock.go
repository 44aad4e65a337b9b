//go:build linux || darwin

package jobs

import "time"

// clock is the time of this process. Tests set it forward and back while a service runs.
var clock = time.Now
