//go:build linux || darwin

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	"github.com/roadworthy-dev/roadworthy/internal/jobs"
	"github.com/roadworthy-dev/roadworthy/internal/store"
	"github.com/roadworthy-dev/roadworthy/internal/web"
)

// note prints progress where it does not disturb results.
func (s *streams) note(format string, args ...any) { fmt.Fprintf(s.err, format, args...) }

// operate is how terminal commands reach the queue: through the running server's API, over the unix socket in the data
// directory or ROADWORTHY_URL; or, when no server of this directory runs, through the same handlers in this process.
type operate struct {
	root, store, format string
	close               func()
	do                  func(*http.Request) (*http.Response, error)
	base                string
}

func (o *operate) flags(cmd *cobra.Command) {
	cmd.PersistentFlags().StringVar(&o.root, "root", ".", "directory of the project")
	cmd.PersistentFlags().StringVar(&o.store, "store", "", "where runs are kept, if not where [run] store says")
	cmd.PersistentFlags().StringVar(&o.format, "format", "text", "text or json")
}

func (o *operate) open(ctx context.Context) error {
	if o.format != "text" && o.format != "json" {
		return fmt.Errorf("--format %s: text or json", o.format)
	}
	o.close = func() {}
	if u := os.Getenv("ROADWORTHY_URL"); u != "" {
		o.base, o.do = strings.TrimSuffix(u, "/"), http.DefaultClient.Do
		return nil
	}
	root, err := filepath.Abs(o.root)
	if err != nil {
		return err
	}
	// A command given inside a subdirectory means the project around it.
	for dir := root; ; dir = filepath.Dir(dir) {
		if st, err := os.Stat(dataDir(dir)); err == nil && st.IsDir() {
			root = dir
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	socket := filepath.Join(dataDir(root), "roadworthy.sock")
	if c, err := net.DialTimeout("unix", socket, time.Second); err == nil {
		c.Close()
		client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", socket)
		}}}
		o.base, o.do = "http://localhost", client.Do
		return nil
	}
	config, err := check.Config(root)
	if err != nil {
		return err
	}
	url, err := storeURL(root, o.store, config.Run.Store)
	if err != nil {
		return err
	}
	if !strings.Contains(url, "://") {
		if _, err := os.Stat(strings.TrimPrefix(url, "sqlite:")); err != nil {
			return &Hint{fmt.Errorf("nothing has run in %s yet", root), "start it with `roadworthy up`"}
		}
	}
	db, err := store.Open(ctx, url, store.Options{MaxConns: 4})
	if err != nil {
		return err
	}
	o.close = db.Close
	engine, err := jobs.OpenRiver(ctx, db, jobs.NewNodeID())
	if err != nil {
		db.Close()
		return err
	}
	log := slog.New(slog.DiscardHandler)
	service, err := jobs.Offline(ctx, db, engine, log)
	if err != nil {
		db.Close()
		return err
	}
	site := web.New(service, log, web.Auth{Loopback: true}, Version)
	o.base = "http://localhost"
	o.do = func(r *http.Request) (*http.Response, error) {
		rec := httptest.NewRecorder()
		site.ServeHTTP(rec, r)
		return rec.Result(), nil
	}
	return nil
}

// call does one request and decodes its answer; the server's error is the command's.
func (o *operate) call(ctx context.Context, method, path string, body, into any) error {
	var payload io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(b)
	} else if method == http.MethodPost {
		payload = strings.NewReader("{}")
	}
	req, err := http.NewRequestWithContext(ctx, method, o.base+"/api/v1/"+path, payload)
	if err != nil {
		return err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	if token := os.Getenv("ROADWORTHY_TOKEN"); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := o.do(req)
	if err != nil {
		return fmt.Errorf("reach the server: %w", err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if res.StatusCode >= 400 {
		var e struct{ Error string }
		if json.Unmarshal(data, &e) == nil && e.Error != "" {
			return errors.New(e.Error)
		}
		return fmt.Errorf("the server answered %s", res.Status)
	}
	if raw, ok := into.(*json.RawMessage); ok {
		*raw = data
		return nil
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(data, into)
}

// show prints an answer: as it is for json, through a function of its decoded form for text.
func show[T any](s *streams, o *operate, ctx context.Context, method, path string, body any, text func(w io.Writer, v T)) error {
	if err := o.open(ctx); err != nil {
		return err
	}
	defer o.close()
	var raw json.RawMessage
	if err := o.call(ctx, method, path, body, &raw); err != nil {
		return err
	}
	if o.format == "json" {
		var b bytes.Buffer
		if err := json.Indent(&b, bytes.TrimSpace(raw), "", "  "); err != nil {
			return err
		}
		fmt.Fprintln(s.out, b.String())
		return nil
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	w := tabwriter.NewWriter(s.out, 0, 4, 2, ' ', 0)
	text(w, v)
	return w.Flush()
}

// age prints how long ago something was.
func age(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	d := time.Since(t)
	switch {
	case d < 0:
		return "in " + short(-d)
	case d < time.Second:
		return "now"
	}
	return short(d) + " ago"
}

func short(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// shortLine makes text of a run safe and short for a table: no control characters reach the terminal.
func shortLine(s string, n int) string {
	var b strings.Builder
	for _, r := range s {
		if r == '\n' || r == '\t' {
			r = ' '
		}
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			continue
		}
		b.WriteRune(r)
	}
	out := []rune(b.String())
	if len(out) > n {
		return string(out[:n-1]) + "…"
	}
	return string(out)
}
