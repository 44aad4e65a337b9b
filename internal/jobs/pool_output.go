//go:build linux || darwin

package jobs

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
)

func lastLine(s string) string {
	s = strings.TrimRight(s, "\n")
	return clip(s[strings.LastIndexByte(s, '\n')+1:], 300)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// outputBuffer keeps the start and the end of what an attempt printed.
type outputBuffer struct {
	head, tail []byte
	lost       int64
}

func (o *outputBuffer) write(b []byte, limit int) {
	half := limit / 2
	if room := half - len(o.head); room > 0 {
		n := min(room, len(b))
		o.head = append(o.head, b[:n]...)
		b = b[n:]
	}
	if len(b) == 0 {
		return
	}
	o.tail = append(o.tail, b...)
	if over := len(o.tail) - half; over > half {
		// Cut in steps of half a buffer, so that a chatty job does not cost a copy for every line.
		o.lost += int64(over)
		o.tail = append(o.tail[:0], o.tail[over:]...)
	}
}

func (o *outputBuffer) String() string {
	if len(o.tail) == 0 {
		return string(o.head)
	}
	if o.lost == 0 {
		return string(o.head) + string(o.tail)
	}
	return fmt.Sprintf("%s\n… %d bytes left out …\n%s", o.head, o.lost, o.tail)
}

// tail keeps the last part of what a zygote prints.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b...)
	if len(t.b) > 16<<10 {
		t.b = append(t.b[:0], t.b[len(t.b)-(8<<10):]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.b))
}

func (t *tail) indented() string {
	s := t.String()
	if s == "" {
		return ""
	}
	return "\n  " + strings.ReplaceAll(s, "\n", "\n  ")
}

// capture reads one output pipe of a worker. Reading and handing on happen under one lock, so that drain, called when a
// result has arrived, knows that everything printed before it has been handed on.
type capture struct {
	mu   sync.Mutex
	file *os.File
	hand func([]byte)
	buf  []byte
}

func newCapture(f *os.File, hand func([]byte)) *capture {
	return &capture{file: f, hand: hand, buf: make([]byte, 16<<10)}
}

func (c *capture) take(fd uintptr) (more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		n, err := syscall.Read(int(fd), c.buf)
		if n > 0 {
			c.hand(c.buf[:n])
			continue
		}
		if err == syscall.EINTR {
			continue
		}
		return err == syscall.EAGAIN
	}
}

func (c *capture) loop() {
	raw, err := c.file.SyscallConn()
	if err != nil {
		return
	}
	raw.Read(func(fd uintptr) bool { return !c.take(fd) })
}

func (c *capture) drain() {
	if raw, err := c.file.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { c.take(fd) })
	}
}
