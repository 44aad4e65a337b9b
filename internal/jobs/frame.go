//go:build linux || darwin

package jobs

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// The protocol with workers: a frame is the payload's length (4 bytes, big endian), a type byte and a JSON payload of at
// most 1 MiB. Unknown fields are ignored, so either side may be newer.
const (
	frameHello    byte = iota + 1 // → zygote: what to import
	frameReady                    // ← what could be imported
	frameFork                     // → zygote: fork a worker onto the three descriptors that come along
	frameForked                   // ← its process id
	frameExited                   // ← how it ended
	frameRun                      // → worker: run this
	frameResult                   // ← how the attempt ended
	frameLog                      // ← output of one of several concurrent attempts
	frameProgress                 // ←
	frameMetric                   // ←
	frameCancel                   // → worker: this run is to stop
	frameDrain                    // → finish what runs, then end
)

const maxFrame = 1 << 20

type frameWriter struct {
	mu  sync.Mutex
	w   io.Writer
	buf []byte
}

func appendFrame(buf []byte, kind byte, body any) ([]byte, error) {
	payload, err := json.Marshal(body)
	if err != nil {
		return buf, fmt.Errorf("encode frame: %w", err)
	}
	if len(payload) > maxFrame {
		return buf, fmt.Errorf("a message of %d bytes is over the limit of %d: pass a path or key instead of the data", len(payload), maxFrame)
	}
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(payload)))
	buf = append(buf, kind)
	return append(buf, payload...), nil
}

func (w *frameWriter) send(kind byte, body any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var err error
	if w.buf, err = appendFrame(w.buf[:0], kind, body); err != nil {
		return err
	}
	_, err = w.w.Write(w.buf)
	return err
}

// readFrame reads the next frame into buf, which it grows as needed.
func readFrame(r io.Reader, buf []byte) (byte, []byte, []byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, buf, err
	}
	n := int(binary.BigEndian.Uint32(head[:]))
	if n > maxFrame {
		return 0, nil, buf, fmt.Errorf("a frame of %d bytes is over the limit of %d", n, maxFrame)
	}
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	if _, err := io.ReadFull(r, buf); err != nil {
		return 0, nil, buf, err
	}
	return head[4], buf, buf, nil
}

type runFrame struct {
	ID         int64           `json:"id"`
	Job        string          `json:"job"`
	Attempt    int             `json:"attempt"`
	Max        int             `json:"max"`
	Args       json.RawMessage `json:"args"`
	Key        string          `json:"key,omitempty"`
	Deadline   float64         `json:"deadline,omitempty"`
	Trace      string          `json:"trace,omitempty"`
	Checkpoint json.RawMessage `json:"checkpoint,omitempty"`
}

type resultFrame struct {
	Run     int64    `json:"r"`
	Outcome string   `json:"o"` // ok, error, dead, cancelled, timelimit, snooze
	Error   string   `json:"e"`
	Cause   string   `json:"c"`
	Trace   string   `json:"t"`
	After   *float64 `json:"s"` // seconds: of a snooze, or until the retry
}

type readyFrame struct {
	Jobs map[string]struct {
		Async bool   `json:"async"`
		Error string `json:"error"`
	} `json:"jobs"`
	Files   []string `json:"files"`
	Threads []string `json:"threads"`
	Python  string   `json:"python"`
	PID     int      `json:"pid"`
}

type helloFrame struct {
	Root  string     `json:"root"`
	Paths []string   `json:"paths"`
	Jobs  []helloJob `json:"jobs"`
}

type helloJob struct {
	Name    string `json:"name"`
	Module  string `json:"module,omitempty"`
	File    string `json:"file,omitempty"`
	Func    string `json:"func"`
	Adapter string `json:"adapter,omitempty"`
}
