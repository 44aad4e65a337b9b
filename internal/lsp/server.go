// Package lsp is a language server over standard input and output: the check's findings as an editor shows them.
//
// The whole program is checked, with the editor's unsaved buffers in place of the files on the disk, when a file is opened
// or saved and a moment after the last keystroke; a check that is overtaken is cancelled. A finding's witness is its related
// information, its fixes are code actions, and hovering over a function or a call shows its effects with their witnesses.
//
// One loop owns all state. The reader, the timer and the check that is under way talk to it over channels. Requests about
// text that is newer than the last check wait for the next one and can be cancelled. Notebooks are left to the command
// line: editors send their cells as documents of their own.
package lsp

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/check"
)

// Server serves one editor.
type Server struct {
	// Options of every check; Overlay is the server's own.
	Options check.Options
	// Delay is how long after the last change a check starts; 0 chooses.
	Delay time.Duration
	// Baseline, if any, gives the baseline of a root.
	Baseline func(root string) (*check.Baseline, error)

	out       writer
	ctx       context.Context
	root      string
	ready     bool // between initialize and shutdown
	shut      bool
	open      map[string]*document // by path relative to the root
	published map[string]bool
	waiting   []waiter
	timer     *time.Timer
	due       bool // a check is wanted
	results   chan result
	stop      context.CancelFunc // of the check under way
	running   bool
	asked     int // checks started
	last      *result
	told      string // the last error shown
}

// document is an open buffer.
type document struct {
	uri  string
	text string
}

// waiter is a request that waits for a check of the current text.
type waiter struct {
	id     json.RawMessage
	answer func() (any, error)
}

// result of a check, with the buffers that it saw.
type result struct {
	number  int
	checked *check.Checked
	texts   map[string]string
	err     error
}

// Serve talks to an editor until it says exit or its stream ends. The error is for a stream that is no such conversation, and
// for one that ends without a shutdown.
func (s *Server) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.ctx, s.out.w = ctx, out
	s.open, s.published = map[string]*document{}, map[string]bool{}
	s.results = make(chan result)
	if s.Delay <= 0 {
		s.Delay = 300 * time.Millisecond
	}
	s.timer = time.NewTimer(time.Hour)
	s.timer.Stop()
	messages := make(chan *message)
	ended := make(chan error, 1)
	go func() {
		r := bufio.NewReader(in)
		for {
			m, err := read(r)
			var bad *replyError
			if errors.As(err, &bad) {
				if err := s.out.send(failure{"2.0", json.RawMessage("null"), bad}); err != nil {
					ended <- err
					return
				}
				continue
			}
			if err != nil {
				ended <- err
				return
			}
			select {
			case messages <- m:
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			if errors.Is(err, io.EOF) {
				if s.shut {
					return nil
				}
				return errors.New("the editor went away without a shutdown")
			}
			return err
		case m := <-messages:
			if m.Method == "exit" {
				if s.shut {
					return nil
				}
				return errors.New("the editor said exit without a shutdown")
			}
			if err := s.handle(m); err != nil {
				return err
			}
		case <-s.timer.C:
			s.due = false
			s.start()
		case r := <-s.results:
			if err := s.finished(r); err != nil {
				return err
			}
		}
	}
}

// handle answers one message; the error is for an output that cannot be written.
func (s *Server) handle(m *message) error {
	if m.Method == "" {
		return nil // a response: the server asks nothing
	}
	request := len(m.ID) > 0 && string(m.ID) != "null"
	value, wait, err := s.dispatch(m)
	if !request {
		return nil // notifications are never answered, not even wrong ones
	}
	if wait != nil && err == nil {
		s.waiting = append(s.waiting, waiter{m.ID, wait})
		return s.serveWaiting()
	}
	return s.answer(m.ID, value, err)
}

func (s *Server) answer(id json.RawMessage, value any, err error) error {
	if err != nil {
		var bad *replyError
		if !errors.As(err, &bad) {
			bad = &replyError{internalError, err.Error()}
		}
		return s.out.send(failure{"2.0", id, bad})
	}
	return s.out.send(reply{"2.0", id, value})
}

// dispatch does what a message asks for; wait is the answer of a request that needs a check of the current text.
func (s *Server) dispatch(m *message) (value any, wait func() (any, error), err error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = &replyError{internalError, fmt.Sprintf("internal error in %s: %v", m.Method, bug)}
		}
	}()
	switch {
	case m.Method == "initialize":
		if s.ready || s.shut {
			return nil, nil, &replyError{invalidRequest, "initialized already"}
		}
		var p initializeParams
		if err := params(m, &p); err != nil {
			return nil, nil, err
		}
		return s.initialize(&p)
	case s.shut:
		return nil, nil, &replyError{invalidRequest, "the server is shutting down"}
	case !s.ready:
		return nil, nil, &replyError{notInitialized, "initialize comes first"}
	}
	switch m.Method {
	case "initialized", "workspace/didChangeWatchedFiles", "textDocument/didSave":
		s.schedule(0)
	case "shutdown":
		s.shut, s.ready = true, false
		if s.stop != nil {
			s.stop()
		}
		s.timer.Stop()
		for _, w := range s.waiting {
			if err := s.answer(w.id, nil, &replyError{cancelled, "the server is shutting down"}); err != nil {
				return nil, nil, err
			}
		}
		s.waiting = nil
	case "$/cancelRequest":
		var p struct{ ID json.RawMessage }
		if err := params(m, &p); err != nil {
			return nil, nil, err
		}
		for i, w := range s.waiting {
			if bytes.Equal(bytes.TrimSpace(w.id), bytes.TrimSpace(p.ID)) {
				s.waiting = slices.Delete(s.waiting, i, i+1)
				return nil, nil, s.answer(w.id, nil, &replyError{cancelled, "cancelled"})
			}
		}
	case "textDocument/didOpen":
		var p openParams
		if err := params(m, &p); err != nil {
			return nil, nil, err
		}
		if path, ok := s.path(p.TextDocument.URI); ok {
			s.open[path] = &document{p.TextDocument.URI, p.TextDocument.Text}
			s.schedule(0)
		}
	case "textDocument/didChange":
		var p changeParams
		if err := params(m, &p); err != nil {
			return nil, nil, err
		}
		if path, ok := s.path(p.TextDocument.URI); ok && s.open[path] != nil && len(p.ContentChanges) > 0 {
			// Whole texts were asked for.
			if last := p.ContentChanges[len(p.ContentChanges)-1]; last.Range == nil {
				s.open[path].text = last.Text
				s.schedule(s.Delay)
			}
		}
	case "textDocument/didClose":
		var p closeParams
		if err := params(m, &p); err != nil {
			return nil, nil, err
		}
		if path, ok := s.path(p.TextDocument.URI); ok {
			delete(s.open, path)
			s.schedule(0)
		}
	case "textDocument/hover":
		var p hoverParams
		if err := params(m, &p); err != nil {
			return nil, nil, err
		}
		return nil, func() (any, error) { return s.hover(&p) }, nil
	case "textDocument/codeAction":
		var p actionParams
		if err := params(m, &p); err != nil {
			return nil, nil, err
		}
		return nil, func() (any, error) { return s.actions(&p) }, nil
	default:
		return nil, nil, &replyError{methodNotFound, "no method " + m.Method}
	}
	return nil, nil, nil
}

func params(m *message, into any) error {
	if len(m.Params) == 0 || string(m.Params) == "null" {
		return &replyError{invalidParams, m.Method + " has no params"}
	}
	if err := json.Unmarshal(m.Params, into); err != nil {
		return &replyError{invalidParams, m.Method + ": " + err.Error()}
	}
	return nil
}

func (s *Server) initialize(p *initializeParams) (any, func() (any, error), error) {
	uri := p.RootURI
	if len(p.WorkspaceFolders) > 0 {
		uri = p.WorkspaceFolders[0].URI
	}
	s.root = p.RootPath
	if dir, ok := fromURI(uri); ok {
		s.root = dir
	}
	s.root = cmp.Or(s.root, ".")
	if err := s.resolveRoot(); err != nil {
		return nil, nil, &replyError{invalidParams, err.Error()}
	}
	s.ready = true
	return map[string]any{
		"capabilities": map[string]any{
			"positionEncoding":   "utf-16",
			"textDocumentSync":   map[string]any{"openClose": true, "change": 1, "save": map[string]any{"includeText": false}},
			"hoverProvider":      true,
			"codeActionProvider": map[string]any{"codeActionKinds": []string{"quickfix"}},
		},
		"serverInfo": map[string]any{"name": "roadworthy", "version": s.Options.Version},
	}, nil, nil
}

// ---- checks ----

// schedule wants a check, after a delay.
func (s *Server) schedule(after time.Duration) {
	s.due = true
	s.timer.Reset(after)
}

// start starts a check of the current text, in place of one that is under way.
func (s *Server) start() {
	if s.stop != nil {
		s.stop()
	}
	ctx, cancel := context.WithCancel(s.ctx)
	s.stop, s.running = cancel, true
	s.asked++
	r := result{number: s.asked, texts: map[string]string{}}
	for path, d := range s.open {
		r.texts[path] = d.text
	}
	opts := s.Options
	opts.Overlay = overlay(s.root, r.texts)
	root := s.root
	go func() {
		defer cancel()
		func() {
			defer func() {
				if bug := recover(); bug != nil {
					r.err = fmt.Errorf("internal error: %v", bug)
				}
			}()
			if s.Baseline != nil {
				if opts.Baseline, r.err = s.Baseline(root); r.err != nil {
					return
				}
			}
			r.checked, r.err = check.Check(ctx, root, opts)
		}()
		select {
		case s.results <- r:
		case <-s.ctx.Done():
		}
	}()
}

// finished takes a check's result, unless a newer one was started.
func (s *Server) finished(r result) error {
	if r.number != s.asked || s.shut {
		return nil
	}
	s.running = false
	if r.err != nil {
		if errors.Is(r.err, context.Canceled) {
			return nil
		}
		// What was published stays: a configuration in the middle of an edit says nothing about the findings.
		text := "roadworthy: " + r.err.Error()
		if text != s.told {
			s.told = text
			if err := s.out.send(notification{"2.0", "window/showMessage", showMessageParams{1, text}}); err != nil {
				return err
			}
		}
		return s.serveWaiting()
	}
	s.told, s.last = "", &r
	if err := s.publish(); err != nil {
		return err
	}
	return s.serveWaiting()
}

// serveWaiting answers the requests that wait, when the last check saw the current text or failed.
func (s *Server) serveWaiting() error {
	if s.running || s.due {
		return nil
	}
	list := s.waiting
	s.waiting = nil
	for _, w := range list {
		value, err := guarded(w.answer)
		if err := s.answer(w.id, value, err); err != nil {
			return err
		}
	}
	return nil
}

func guarded(f func() (any, error)) (value any, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = &replyError{internalError, fmt.Sprintf("internal error: %v", bug)}
		}
	}()
	return f()
}

// publish sends the findings of every file that has some, and takes those back that are gone.
func (s *Server) publish() error {
	byFile := s.diagnostics()
	for path := range s.published {
		if _, ok := byFile[path]; !ok {
			byFile[path] = []diagnostic{}
		}
	}
	s.published = map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(byFile)) {
		if len(byFile[path]) > 0 {
			s.published[path] = true
		}
		if err := s.out.send(notification{"2.0", "textDocument/publishDiagnostics", publishParams{s.uri(path), byFile[path]}}); err != nil {
			return err
		}
	}
	return nil
}
