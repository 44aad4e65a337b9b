// Package proc starts the processes that are measured and makes sure none outlives the measurement.
//
// A [Command] is run in a process group of its own; [Run] gives back one [Sample] with wall time, processor time and peak memory
// as the kernel accounted them. Three things end a process that must not live on: the kernel's parent-death signal (the process
// itself, when roadworthy dies), a guard process that holds the other end of a pipe (its whole group, when roadworthy is killed so
// hard that it cannot clean up), and Run (whatever the process left behind in its group).
//
// Linux only; elsewhere [Supported] tells why not and Run returns that error.
package proc

import (
	"time"
)

// A Command is one process to run.
type Command struct {
	Argv   []string // Argv[0] is looked up in PATH when it has no slash
	Dir    string
	Env    []string // full environment
	Stdout string   // file that receives the output; "" discards it
	Stderr string   // file that receives the error output; "" discards it
	Limit  time.Duration
	// Watch, when set, looks at the running process as often as it can and costs it some time: for runs that are not timed.
	Watch bool
	// Files are inherited from descriptor 3 on.
	Files []uintptr
}

// A Sample is what one process cost.
type Sample struct {
	Wall     time.Duration
	User     time.Duration
	System   time.Duration
	Peak     int64 // bytes; the largest resident set of the process or of one of its descendants; 0 when unknown
	PSS      int64 // bytes; largest proportional set of the whole process tree; only with Watch
	Faults   int64 // major page faults: the disk was read
	Switches int64 // involuntary context switches: someone else wanted the processor

	// Delay is how long its first thread was ready but had no processor; Counted says that the kernel tells.
	Delay   time.Duration
	Counted bool

	Instructions int64 // in user mode, of the process and its descendants; 0 where the machine does not count them

	Exit    int    // exit status; 128 + n when signal n ended it
	Signal  string // name of the signal, if any
	Expired bool   // the limit ended it
	Left    bool   // it left processes behind in its group, which were ended
}

// CPU is user plus system time.
func (s Sample) CPU() time.Duration { return s.User + s.System }

// OK says whether the process ended by itself with status 0.
func (s Sample) OK() bool { return s.Exit == 0 && !s.Expired && s.Signal == "" }
