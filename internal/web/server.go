//go:build linux || darwin

// Package web serves the dashboard and its API: the same handlers answer the browser, the terminal commands (over the
// unix socket in the data directory) and the Python SDK.
//
// Main type: [Server]. Who may do what is decided in one place, [Server.identify]: the unix socket is the owner of the
// directory; a loopback address is the person at the machine; any other address needs a token or an identity that a
// reverse proxy vouches for. Viewers read, operators act, and every act is recorded.
//
// The pages are plain files under ui/, embedded as they are: there is no build step. The content security policy allows
// no inline script and no other origin, and the pages put text from runs into the document as text only.
package web

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/jobs"
)

//go:embed ui
var files embed.FS

// Server answers HTTP.
type Server struct {
	Service *jobs.Service
	Metrics func(io.Writer) error              // the Prometheus page; nil leaves it out
	Work    func(context.Context) (any, error) // work with tier and verdict, for the dashboard; nil leaves it out
	Stop    func()                             // drains and ends the server; nil leaves it out
	Log     *slog.Logger
	Auth    Auth
	Version string

	mux     *http.ServeMux
	changes atomic.Int64
	mu      sync.Mutex
	waiters map[chan struct{}]bool
}

// New wires the routes.
func New(s *jobs.Service, log *slog.Logger, auth Auth, version string) *Server {
	w := &Server{Service: s, Log: log, Auth: auth, Version: version, mux: http.NewServeMux(), waiters: map[chan struct{}]bool{}}
	w.routes()
	return w
}

// Changed tells the open pages that something has changed.
func (w *Server) Changed() {
	w.changes.Add(1)
	w.mu.Lock()
	for ch := range w.waiters {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
	w.mu.Unlock()
}

type httpError struct {
	status int
	text   string
}

func (e *httpError) Error() string { return e.text }

func bad(format string, args ...any) error { return &httpError{400, fmt.Sprintf(format, args...)} }

type handler func(r *http.Request, body json.RawMessage) (any, error)

func (w *Server) routes() {
	ui, err := fs.Sub(files, "ui")
	if err != nil {
		panic(err) // the directory is embedded by name
	}
	static := http.FileServerFS(ui)
	w.mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, "ok\n") })
	w.mux.HandleFunc("GET /readyz", w.ready)
	w.mux.HandleFunc("GET /metrics", w.metrics)
	w.mux.HandleFunc("POST /login", w.login)
	w.mux.HandleFunc("GET /api/v1/events", w.events)
	w.mux.HandleFunc("GET /{$}", func(rw http.ResponseWriter, r *http.Request) { static.ServeHTTP(rw, r) })
	w.mux.HandleFunc("GET /ui/", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Cache-Control", "no-cache")
		http.StripPrefix("/ui/", static).ServeHTTP(rw, r)
	})
	get := func(path string, h handler) { w.mux.HandleFunc("GET /api/v1/"+path, w.wrap(h, false)) }
	post := func(path string, h handler) { w.mux.HandleFunc("POST /api/v1/"+path, w.wrap(h, true)) }

	get("overview", w.overview)
	get("jobs", func(r *http.Request, _ json.RawMessage) (any, error) { return w.Service.Jobs(r.Context()) })
	get("jobs/{name}", w.job)
	get("runs", w.runs)
	get("runs/{id}", func(r *http.Request, _ json.RawMessage) (any, error) {
		id, err := runID(r)
		if err != nil {
			return nil, err
		}
		return w.Service.View(r.Context(), id)
	})
	get("queues", func(r *http.Request, _ json.RawMessage) (any, error) { return w.Service.Engine.Queues(r.Context()) })
	get("nodes", func(r *http.Request, _ json.RawMessage) (any, error) { return w.nodes(r.Context()) })
	get("schedules", func(r *http.Request, _ json.RawMessage) (any, error) { return w.Service.Engine.Schedules(r.Context()) })
	get("alerts", func(r *http.Request, _ json.RawMessage) (any, error) {
		return w.Service.Alerts.List(r.Context(), false, 100)
	})
	get("ledger", func(r *http.Request, _ json.RawMessage) (any, error) { return w.Service.CheckLedger(r.Context()) })
	get("audit", func(r *http.Request, _ json.RawMessage) (any, error) { return w.Service.Audits(r.Context(), 200) })
	get("stats", func(r *http.Request, _ json.RawMessage) (any, error) {
		since, step := window(r)
		return w.Service.Stats(r.Context(), r.FormValue("job"), since, step)
	})
	get("signals", func(r *http.Request, _ json.RawMessage) (any, error) {
		since, step := window(r)
		return w.Service.Signals(r.Context(), r.FormValue("job"), since, step)
	})
	get("pipelines/{id}", func(r *http.Request, _ json.RawMessage) (any, error) {
		id, err := runID(r)
		if err != nil {
			return nil, err
		}
		return w.Service.Pipeline(r.Context(), id)
	})
	get("work", func(r *http.Request, _ json.RawMessage) (any, error) {
		if w.Work == nil {
			return []any{}, nil
		}
		return w.Work(r.Context())
	})

	post("stop", func(*http.Request, json.RawMessage) (any, error) {
		if w.Stop == nil {
			return nil, errors.New("this is no server that could be stopped")
		}
		w.Stop()
		return map[string]bool{"stopping": true}, nil
	})
	post("enqueue", w.enqueue)
	post("jobs/{name}/run", func(r *http.Request, body json.RawMessage) (any, error) {
		var q struct {
			Args json.RawMessage `json:"args"`
			Key  string          `json:"key"`
			At   time.Time       `json:"at"`
		}
		if err := decode(body, &q); err != nil {
			return nil, err
		}
		d, _ := w.Service.Declaration(r.PathValue("name"))
		if len(d.After) > 0 {
			id, err := w.Service.StartPipeline(r.Context(), d.Name, q.Args)
			return map[string]any{"pipeline": id}, err
		}
		got, err := w.Service.Enqueue(r.Context(), []jobs.Request{{Job: r.PathValue("name"), Args: q.Args, Key: q.Key, At: q.At}})
		if err != nil {
			return nil, err
		}
		return got[0], w.note(r, "run", d.Name)
	})
	pause := func(kind string, paused bool, do func(context.Context, string, bool) error) handler {
		return func(r *http.Request, _ json.RawMessage) (any, error) {
			name := r.PathValue("name")
			if err := do(r.Context(), name, paused); err != nil {
				return nil, err
			}
			verb := "pause "
			if !paused {
				verb = "resume "
			}
			return map[string]any{"name": name, "paused": paused}, w.note(r, verb+kind, name)
		}
	}
	post("jobs/{name}/pause", pause("job", true, w.Service.PauseJob))
	post("jobs/{name}/resume", pause("job", false, w.Service.PauseJob))
	post("queues/{name}/pause", pause("queue", true, w.Service.PauseQueue))
	post("queues/{name}/resume", pause("queue", false, w.Service.PauseQueue))
	post("runs/{id}/cancel", func(r *http.Request, body json.RawMessage) (any, error) {
		id, err := runID(r)
		if err != nil {
			return nil, err
		}
		run, err := w.Service.Cancel(r.Context(), id, "cancelled by "+who(r))
		if err != nil {
			return nil, err
		}
		return run, w.note(r, "cancel", fmt.Sprint(id))
	})
	post("runs/{id}/replay", func(r *http.Request, body json.RawMessage) (any, error) {
		id, err := runID(r)
		if err != nil {
			return nil, err
		}
		var q struct {
			Args json.RawMessage `json:"args"`
		}
		if err := decode(body, &q); err != nil {
			return nil, err
		}
		run, err := w.Service.Replay(r.Context(), id, q.Args)
		if err != nil {
			return nil, err
		}
		return run, w.note(r, "replay", fmt.Sprint(id))
	})
	post("runs/{id}/checkpoint", func(r *http.Request, body json.RawMessage) (any, error) {
		id, err := runID(r)
		if err != nil {
			return nil, err
		}
		var q struct {
			State json.RawMessage `json:"state"`
		}
		if err := decode(body, &q); err != nil {
			return nil, err
		}
		return map[string]any{}, w.Service.Checkpoint(r.Context(), id, q.State)
	})
	post("bulk", func(r *http.Request, body json.RawMessage) (any, error) {
		var q struct {
			Action string       `json:"action"`
			State  []jobs.State `json:"state"`
			Job    string       `json:"job"`
			Queue  string       `json:"queue"`
			Cause  string       `json:"cause"`
		}
		if err := decode(body, &q); err != nil {
			return nil, err
		}
		if len(q.State) == 0 {
			return nil, bad("say which states are meant: all of them would include runs that are done")
		}
		n, err := w.Service.Bulk(r.Context(), jobs.Filter{States: q.State, Job: q.Job, Queue: q.Queue, Cause: q.Cause}, q.Action, "cancelled by "+who(r))
		if err != nil {
			return nil, err
		}
		return map[string]any{"runs": n}, w.note(r, q.Action+" many", fmt.Sprintf("%d runs: state %v job %q queue %q", n, q.State, q.Job, q.Queue))
	})
	w.mux.HandleFunc("/api/", w.wrap(func(r *http.Request, _ json.RawMessage) (any, error) {
		return nil, &httpError{404, "no such address: " + r.Method + " " + r.URL.Path}
	}, false))
}

func runID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, bad("%q is not a run's number", r.PathValue("id"))
	}
	return id, nil
}

func window(r *http.Request) (time.Time, time.Duration) {
	span := 24 * time.Hour
	if d, err := jobs.ParseDuration(r.FormValue("since")); err == nil && d >= time.Minute && d <= 31*24*time.Hour {
		span = d
	}
	step := max(time.Minute, (span / 120).Round(time.Minute))
	return time.Now().Add(-span), step
}

func decode(body json.RawMessage, into any) error {
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return bad("the request is not what was expected: %v", err)
	}
	return nil
}

const maxBody = 64 << 20

// wrap checks who asks, reads the body, and writes the answer or the error as JSON.
func (w *Server) wrap(h handler, acts bool) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		id, err := w.identify(r)
		if err == nil && acts && id.Role != Operator {
			err = &httpError{403, "viewers may look, not act"}
		}
		if err == nil && acts {
			err = w.sameOrigin(r)
		}
		var body json.RawMessage
		if err == nil && acts {
			if body, err = io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody)); err != nil {
				err = bad("read the request: %v", err)
			}
		}
		var out any
		if err == nil {
			ctx := context.WithValue(r.Context(), whoKey{}, id)
			out, err = h(r.WithContext(ctx), body)
		}
		if acts && err == nil {
			w.Changed()
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.Header().Set("Cache-Control", "no-store")
		if err != nil {
			status := http.StatusInternalServerError
			var he *httpError
			switch {
			case errors.As(err, &he):
				status = he.status
			case errors.Is(err, jobs.ErrNoRun), errors.Is(err, jobs.ErrNoJob), errors.Is(err, jobs.ErrNoPipeline):
				status = http.StatusNotFound
			case errors.Is(err, jobs.ErrRunning):
				status = http.StatusConflict
			case errors.Is(err, jobs.ErrDraining):
				status = http.StatusServiceUnavailable
			case acts && r.Context().Err() == nil && !strings.Contains(err.Error(), "not accepted"):
				status = http.StatusBadRequest
			}
			rw.WriteHeader(status)
			json.NewEncoder(rw).Encode(map[string]string{"error": err.Error()})
			return
		}
		enc := json.NewEncoder(rw)
		if err := enc.Encode(out); err != nil && r.Context().Err() == nil {
			w.Log.Error("cannot write an answer", "path", r.URL.Path, "error", err)
		}
	}
}

type whoKey struct{}

func who(r *http.Request) string {
	if id, ok := r.Context().Value(whoKey{}).(Identity); ok && id.Name != "" {
		return id.Name
	}
	return "unknown"
}

func (w *Server) note(r *http.Request, action, target string) error {
	return w.Service.Note(r.Context(), who(r), action, target, "")
}

func (w *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	if err := w.Auth.checkHost(r); err != nil {
		http.Error(rw, err.Error(), http.StatusMisdirectedRequest)
		return
	}
	w.mux.ServeHTTP(rw, r)
}

func (w *Server) ready(rw http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	var one int
	err := w.Service.DB.Read().QueryRow(ctx, "SELECT 1").Scan(&one)
	switch {
	case err != nil:
		http.Error(rw, "database: "+err.Error(), http.StatusServiceUnavailable)
	case w.Service.Draining():
		http.Error(rw, "draining", http.StatusServiceUnavailable)
	default:
		io.WriteString(rw, "ready\n")
	}
}

func (w *Server) metrics(rw http.ResponseWriter, r *http.Request) {
	if _, err := w.identify(r); err != nil {
		http.Error(rw, err.Error(), http.StatusUnauthorized)
		return
	}
	if w.Metrics == nil {
		http.NotFound(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	if err := w.Metrics(rw); err != nil && r.Context().Err() == nil {
		w.Log.Error("cannot write the metrics", "error", err)
	}
}

// events streams a line whenever something has changed, at most four times a second.
func (w *Server) events(rw http.ResponseWriter, r *http.Request) {
	if _, err := w.identify(r); err != nil {
		http.Error(rw, err.Error(), http.StatusUnauthorized)
		return
	}
	rc := http.NewResponseController(rw)
	rw.Header().Set("Content-Type", "text/event-stream")
	rw.Header().Set("Cache-Control", "no-store")
	ch := make(chan struct{}, 1)
	w.mu.Lock()
	w.waiters[ch] = true
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		delete(w.waiters, ch)
		w.mu.Unlock()
	}()
	for {
		if _, err := fmt.Fprintf(rw, "data: %d\n\n", w.changes.Load()); err != nil || rc.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-w.Service.Ended():
			return
		case <-time.After(250 * time.Millisecond):
		}
		select {
		case <-r.Context().Done():
			return
		case <-w.Service.Ended():
			return
		case <-ch:
		case <-time.After(15 * time.Second):
		}
	}
}

func (w *Server) overview(r *http.Request, _ json.RawMessage) (any, error) {
	ctx := r.Context()
	id, _ := r.Context().Value(whoKey{}).(Identity)
	jv, err := w.Service.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	queues, err := w.Service.Engine.Queues(ctx)
	if err != nil {
		return nil, err
	}
	nodes, err := w.nodes(ctx)
	if err != nil {
		return nil, err
	}
	alerts, err := w.Service.Alerts.List(ctx, true, 20)
	if err != nil {
		return nil, err
	}
	stats, err := w.Service.Stats(ctx, "", time.Now().Add(-time.Hour), time.Minute)
	if err != nil {
		return nil, err
	}
	size, err := w.Service.DB.Size(ctx)
	if err != nil {
		return nil, err
	}
	return map[string]any{"version": w.Version, "jobs": jv, "queues": queues, "nodes": nodes, "alerts": alerts, "stats": stats, "ledger": w.Service.LastLedger(),
		"store": w.Service.DB.Name(), "store_bytes": size, "me": id, "now": time.Now()}, nil
}

// nodes are the nodes as they last said, with this one as it is now.
func (w *Server) nodes(ctx context.Context) ([]jobs.Node, error) {
	nodes, err := w.Service.Engine.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	for i := range nodes {
		if nodes[i].ID == w.Service.Engine.Node() {
			w.Service.Pool.Sample(true)
			nodes[i].Workers = w.Service.Pool.Workers()
		}
	}
	return nodes, nil
}

func (w *Server) job(r *http.Request, _ json.RawMessage) (any, error) {
	all, err := w.Service.Jobs(r.Context())
	if err != nil {
		return nil, err
	}
	for _, j := range all {
		if j.Name == r.PathValue("name") {
			return j, nil
		}
	}
	return nil, fmt.Errorf("job %s: %w", r.PathValue("name"), jobs.ErrNoJob)
}

func (w *Server) runs(r *http.Request, _ json.RawMessage) (any, error) {
	f := jobs.Filter{Job: r.FormValue("job"), Queue: r.FormValue("queue"), Cause: r.FormValue("cause"), Limit: 50}
	for _, s := range strings.FieldsFunc(r.FormValue("state"), func(c rune) bool { return c == ',' }) {
		f.States = append(f.States, jobs.State(s))
	}
	for name, to := range map[string]*int{"limit": &f.Limit} {
		if v := r.FormValue(name); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 {
				return nil, bad("%s = %q is not a number", name, v)
			}
			*to = n
		}
	}
	if v := r.FormValue("before"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return nil, bad("before = %q is not a run's number", v)
		}
		f.Before = n
	}
	runs, err := w.Service.Engine.List(r.Context(), f)
	if err != nil {
		return nil, bad("%v", err)
	}
	type row struct {
		jobs.Run
		Why string `json:"why,omitempty"`
	}
	out := make([]row, len(runs))
	for i, run := range runs {
		run.Args = jobs.Redact(run.Args)
		out[i] = row{Run: run}
		if r.FormValue("why") != "" && (run.State == jobs.Waiting || run.State == jobs.Scheduled || run.State == jobs.Retrying) {
			out[i].Why = w.Service.Why(r.Context(), run)
		}
	}
	return out, nil
}

func (w *Server) enqueue(r *http.Request, body json.RawMessage) (any, error) {
	var q struct {
		Runs  []jobs.Request `json:"runs"`
		Trace string         `json:"trace"`
	}
	if err := decode(body, &q); err != nil {
		return nil, err
	}
	if len(q.Runs) > 100000 {
		return nil, bad("%d runs in one request; the limit is 100000", len(q.Runs))
	}
	for i := range q.Runs {
		if q.Runs[i].Trace == "" {
			q.Runs[i].Trace = q.Trace
		}
	}
	got, err := w.Service.Enqueue(r.Context(), q.Runs)
	if err != nil {
		return nil, err
	}
	if got == nil {
		got = []jobs.Accepted{}
	}
	return map[string]any{"accepted": got}, nil
}

// Serve answers on a listener until ctx ends.
func (w *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{Handler: w, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(w.Log.Handler(), slog.LevelDebug),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c.LocalAddr().Network())
		}}
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if srv.Shutdown(grace) != nil {
			srv.Close()
		}
	})
	defer stop()
	if err := srv.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	}
	return nil
}

type connKey struct{}
