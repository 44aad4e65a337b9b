package lsp

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/check/checktest"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules"
)

// editor drives a session.
type editor struct {
	t    *testing.T
	root string
	in   io.WriteCloser
	out  *bufio.Reader
	id   int
	done chan error
	// diagnostics by file, as last published.
	diagnostics map[string][]diagnostic
	shown       []string
}

func start(t *testing.T, files map[string]string) *editor {
	t.Helper()
	e := &editor{t: t, root: t.TempDir(), done: make(chan error, 1), diagnostics: map[string][]diagnostic{}}
	checktest.Write(t, e.root, files)
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	e.in, e.out = inW, bufio.NewReader(outR)
	s := &Server{Options: check.Options{Now: checktest.Now, Version: "1.2"}, Delay: 10 * time.Millisecond}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		err := s.Serve(ctx, inR, outW)
		outW.Close()
		e.done <- err
	}()
	t.Cleanup(func() { cancel(); inW.Close(); outR.Close() })
	return e
}

func (e *editor) uri(file string) string {
	s := &Server{root: e.root}
	return s.uri(file)
}

func (e *editor) raw(text string) {
	if _, err := fmt.Fprintf(e.in, "Content-Length: %d\r\n\r\n%s", len(text), text); err != nil {
		e.t.Fatal(err)
	}
}

func (e *editor) notify(method string, params any) {
	text, err := json.Marshal(notification{"2.0", method, params})
	if err != nil {
		e.t.Fatal(err)
	}
	e.raw(string(text))
}

func (e *editor) request(method string, params any) int {
	e.id++
	text, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": e.id, "method": method, "params": params})
	if err != nil {
		e.t.Fatal(err)
	}
	e.raw(string(text))
	return e.id
}

// next reads one message, and keeps what notifications say.
func (e *editor) next() *message {
	e.t.Helper()
	type got struct {
		m   *message
		err error
	}
	c := make(chan got, 1)
	go func() { m, err := read(e.out); c <- got{m, err} }()
	select {
	case g := <-c:
		if g.err != nil {
			e.t.Fatal(g.err)
		}
		switch g.m.Method {
		case "textDocument/publishDiagnostics":
			var p publishParams
			if err := json.Unmarshal(g.m.Params, &p); err != nil {
				e.t.Fatal(err)
			}
			e.diagnostics[p.URI] = p.Diagnostics
		case "window/showMessage":
			var p showMessageParams
			if err := json.Unmarshal(g.m.Params, &p); err != nil {
				e.t.Fatal(err)
			}
			e.shown = append(e.shown, p.Message)
		}
		return g.m
	case <-time.After(60 * time.Second):
		e.t.Fatal("no message in a minute")
	}
	return nil
}

// reply waits for the answer to a request.
func (e *editor) reply(id int, into any) *replyError {
	e.t.Helper()
	for {
		m := e.next()
		if m.Method != "" || string(m.ID) != fmt.Sprint(id) {
			continue
		}
		if m.Error == nil && into != nil {
			if err := json.Unmarshal(m.Result, into); err != nil {
				e.t.Fatalf("%v: %s", err, m.Result)
			}
		}
		return m.Error
	}
}

// until reads messages until one leaves the editor in a state.
func (e *editor) until(what string, state func() bool) {
	e.t.Helper()
	for n := 0; !state(); n++ {
		if n > 200 {
			e.t.Fatalf("never: %s", what)
		}
		e.next()
	}
}

func (e *editor) initialize() {
	e.t.Helper()
	var answer struct {
		Capabilities struct {
			HoverProvider    bool
			TextDocumentSync struct{ Change int }
		}
		ServerInfo struct{ Name, Version string }
	}
	if err := e.reply(e.request("initialize", map[string]any{"processId": nil, "rootUri": e.uri(""), "capabilities": map[string]any{}}), &answer); err != nil {
		e.t.Fatal(err)
	}
	if !answer.Capabilities.HoverProvider || answer.Capabilities.TextDocumentSync.Change != 1 || answer.ServerInfo.Name != "roadworthy" || answer.ServerInfo.Version != "1.2" {
		e.t.Errorf("%+v", answer)
	}
	e.notify("initialized", map[string]any{})
}

func (e *editor) open(file, text string) {
	e.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": e.uri(file), "languageId": "python", "version": 1, "text": text}})
}

func (e *editor) change(file, text string) {
	e.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": e.uri(file), "version": 2}, "contentChanges": []any{map[string]any{"text": text}}})
}

func at(line, character int) position { return position{line, character} }

const app = `import helper

async def poll():
    x = "😀é"; helper.fetch("https://example.com")
`

const helper = `import requests

def fetch(url):
    return requests.get(url)
`

func TestSession(t *testing.T) {
	e := start(t, map[string]string{"app.py": app, "helper.py": helper})
	e.initialize()
	e.open("app.py", app)
	e.open("helper.py", helper)
	e.until("both files have findings", func() bool {
		return len(e.diagnostics[e.uri("app.py")]) == 1 && len(e.diagnostics[e.uri("helper.py")]) == 1
	})

	// Columns are in units of UTF-16, and the witness leads into the other file.
	d := e.diagnostics[e.uri("app.py")][0]
	if d.Code != "RW101" || d.Source != "roadworthy" || d.Range != (span{at(3, 15), at(3, 27)}) || d.Severity != 2 {
		t.Errorf("%+v", d)
	}
	if n := len(d.RelatedInformation); n != 2 || d.RelatedInformation[1].Location.URI != e.uri("helper.py") || d.RelatedInformation[1].Location.Range.Start != at(3, 4) {
		t.Errorf("%+v", d.RelatedInformation)
	}

	// Hovering over the call and over the definition shows the effects with the calls that prove them.
	for _, c := range []struct {
		file string
		at   position
		want []string
	}{
		{"app.py", at(3, 20), []string{"`helper.fetch` does:", "**net, blocking**", "calls requests.get", "helper.py:4"}},
		{"helper.py", at(2, 5), []string{"`helper.fetch` does:", "**net, blocking**"}},
		{"helper.py", at(3, 20), []string{"requests.api.get` does:"}},
		{"app.py", at(2, 12), []string{"`app.poll` does:", "calls helper.fetch"}},
	} {
		var h *hover
		if err := e.reply(e.request("textDocument/hover", map[string]any{"textDocument": documentID{e.uri(c.file)}, "position": c.at}), &h); err != nil || h == nil {
			t.Errorf("hover %s %v: %v, %v", c.file, c.at, h, err)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(h.Contents.Value, w) {
				t.Errorf("hover %s %v has no %q:\n%s", c.file, c.at, w, h.Contents.Value)
			}
		}
	}
	var nothing *hover
	if err := e.reply(e.request("textDocument/hover", map[string]any{"textDocument": documentID{e.uri("app.py")}, "position": at(1, 0)}), &nothing); err != nil || nothing != nil {
		t.Errorf("%v, %v", nothing, err)
	}

	// A fix is a code action; so is a waiver to be filled in.
	var actions []codeAction
	if err := e.reply(e.request("textDocument/codeAction", map[string]any{"textDocument": documentID{e.uri("helper.py")}, "range": span{at(3, 12), at(3, 12)}, "context": map[string]any{}}), &actions); err != nil {
		t.Fatal(err)
	}
	if len(actions) != 2 || !strings.HasPrefix(actions[0].Title, "add `timeout=30`") || !actions[0].Preferred || actions[0].Diagnostics[0].Code != "RW301" {
		t.Fatalf("%+v", actions)
	}
	if got := actions[0].Edit.Changes[e.uri("helper.py")]; len(got) != 1 || got[0] != (textEdit{span{at(3, 27), at(3, 27)}, ", timeout=30"}) {
		t.Errorf("%+v", got)
	}
	if got := actions[1].Edit.Changes[e.uri("helper.py")]; len(got) != 1 || !strings.HasPrefix(got[0].NewText, "    # roadworthy: allow RW301 — (until ") {
		t.Errorf("%+v", got)
	}

	// Text that was not saved counts, in every file that it concerns; a request sent at once waits for its check.
	e.change("helper.py", strings.Replace(helper, "requests.get(url)", "len(url)", 1))
	var h *hover
	if err := e.reply(e.request("textDocument/hover", map[string]any{"textDocument": documentID{e.uri("helper.py")}, "position": at(2, 5)}), &h); err != nil || h == nil || !strings.Contains(h.Contents.Value, "no effects") {
		t.Errorf("%+v, %v", h, err)
	}
	e.until("nothing is left", func() bool {
		return len(e.diagnostics[e.uri("app.py")]) == 0 && len(e.diagnostics[e.uri("helper.py")]) == 0
	})

	// A closed buffer is what is on the disk again.
	e.notify("textDocument/didClose", map[string]any{"textDocument": documentID{e.uri("helper.py")}})
	e.until("the findings are back", func() bool { return len(e.diagnostics[e.uri("app.py")]) == 1 })

	// A configuration in the middle of an edit is told once, and the findings stay.
	checktest.Write(t, e.root, map[string]string{"roadworthy.toml": "[work.\n"})
	e.notify("textDocument/didSave", map[string]any{"textDocument": documentID{e.uri("roadworthy.toml")}})
	e.until("the error is shown", func() bool { return len(e.shown) == 1 })
	if !strings.Contains(e.shown[0], "roadworthy.toml:1") || len(e.diagnostics[e.uri("app.py")]) != 1 {
		t.Errorf("%v", e.shown)
	}

	if err := e.reply(e.request("shutdown", nil), nil); err != nil {
		t.Error(err)
	}
	if err := e.reply(e.request("textDocument/hover", map[string]any{}), nil); err == nil || err.Code != invalidRequest {
		t.Errorf("%v", err)
	}
	e.notify("exit", nil)
	if err := <-e.done; err != nil {
		t.Error(err)
	}
}

func TestBadInput(t *testing.T) {
	e := start(t, map[string]string{"a.py": "x = 1\n"})
	if err := e.reply(e.request("textDocument/hover", map[string]any{}), nil); err == nil || err.Code != notInitialized {
		t.Errorf("before initialize: %v", err)
	}
	if err := e.reply(e.request("initialize", map[string]any{"rootUri": e.uri("nowhere")}), nil); err == nil || !strings.Contains(err.Message, "no directory") {
		t.Errorf("a root that is not there: %v", err)
	}
	e.initialize()
	e.raw("{\"jsonrpc\": ")
	if m := e.next(); m.Error == nil || m.Error.Code != parseError {
		for m.Error == nil { // diagnostics may come first
			m = e.next()
		}
		if m.Error.Code != parseError {
			t.Errorf("%+v", m.Error)
		}
	}
	for _, c := range []struct {
		method string
		params any
		code   int
	}{
		{"no/such", map[string]any{}, methodNotFound},
		{"textDocument/hover", []int{1}, invalidParams},
		{"textDocument/codeAction", nil, invalidParams},
		{"initialize", map[string]any{}, invalidRequest},
	} {
		if err := e.reply(e.request(c.method, c.params), nil); err == nil || err.Code != c.code {
			t.Errorf("%s: %+v, want %d", c.method, err, c.code)
		}
	}
	// What is wrong in a notification, or speaks of files elsewhere, is no one's error.
	e.notify("textDocument/didOpen", "x")
	e.notify("no/such", nil)
	e.open("../elsewhere.py", "x = 1\n")
	e.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": "untitled:1", "text": "x"}})
	e.change("a.py", "never opened")
	e.notify("textDocument/didChange", map[string]any{"textDocument": documentID{e.uri("a.py")}, "contentChanges": []any{}})
	var h *hover
	if err := e.reply(e.request("textDocument/hover", map[string]any{"textDocument": documentID{e.uri("a.py")}, "position": at(99, -5)}), &h); err != nil || h != nil {
		t.Errorf("%v %v", h, err)
	}
	if err := e.reply(e.request("textDocument/hover", map[string]any{"textDocument": documentID{"http://example.com"}, "position": at(0, 0)}), &h); err != nil || h != nil {
		t.Errorf("%v %v", h, err)
	}
	// A request that waits can be cancelled.
	e.open("a.py", "y = 1\n")
	id := e.request("textDocument/hover", map[string]any{"textDocument": documentID{e.uri("a.py")}, "position": at(0, 0)})
	e.notify("$/cancelRequest", map[string]any{"id": id})
	if err := e.reply(id, nil); err != nil && err.Code != cancelled {
		t.Errorf("%+v", err)
	}
	if err := e.reply(e.request("shutdown", nil), nil); err != nil {
		t.Error(err)
	}
	e.in.Close()
	if err := <-e.done; err != nil {
		t.Errorf("an end after shutdown: %v", err)
	}
}

func TestStreamsThatAreNoConversation(t *testing.T) {
	for name, text := range map[string]string{
		"no header": "hello\r\n\r\n", "no length": "X: 1\r\n\r\n{}", "a negative length": "Content-Length: -1\r\n\r\n", "too long": "Content-Length: 99999999999\r\n\r\n",
		"cut off": "Content-Length: 10\r\n\r\n{}", "an end without a shutdown": "", "exit without a shutdown": "Content-Length: 33\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}",
	} {
		s := &Server{}
		if err := s.Serve(context.Background(), strings.NewReader(text), io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestURIs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("paths of other systems")
	}
	s := &Server{root: "/work dir/ü"}
	uri := s.uri("a b/c#d.py")
	if uri != "file:///work%20dir/%C3%BC/a%20b/c%23d.py" {
		t.Error(uri)
	}
	if p, ok := s.path(uri); !ok || p != "a b/c#d.py" {
		t.Error(p, ok)
	}
	if full, ok := fromURI(uri); !ok || full != filepath.Join(s.root, "a b", "c#d.py") {
		t.Error(full)
	}
	for _, bad := range []string{"file:///etc/passwd", "untitled:1", "%%", ""} {
		if p, ok := s.path(bad); ok {
			t.Errorf("%s is %s", bad, p)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("Content-Length: 2\r\n\r\n{}")
	f.Add("Content-Length: 5\r\n\r\n[1,2]Content-Length: 2\r\n\r\n{}")
	f.Fuzz(func(t *testing.T, text string) {
		r := bufio.NewReader(strings.NewReader(text))
		for range 100 {
			if _, err := read(r); err != nil {
				return
			}
		}
	})
}
