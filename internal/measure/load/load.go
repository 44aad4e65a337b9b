// Package load drives an HTTP service with an open-loop generator and says what its users would have waited.
//
// Open loop means that requests are sent when the schedule says, whether or not earlier ones were answered: users do not wait for each
// other. Latency counts from the intended time of a request, so a service that stalls cannot hide the requests that it delayed (the
// fault called coordinated omission); service time, from the moment of sending, is given beside it.
//
//   - [Options]: where to, how fast, for how long, with what ([Scenario]).
//   - [Drive]: one run at one rate; its [Report] is invalid when the generator itself was late.
//   - [Search]: steps the rate to the highest that meets an [Objective].
//
// Only loopback addresses are driven, unless a host is allowed by its name; this is checked again at every connection, after the name
// has been resolved.
package load

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/proc"
	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

// Arrivals is how requests are spaced.
type Arrivals string

const (
	Constant Arrivals = "constant"
	Poisson  Arrivals = "poisson"
)

// Options describe one run.
type Options struct {
	URL      string // base
	Rate     float64
	Duration time.Duration // counted part
	Warmup   time.Duration // sent at the same rate before, not counted
	Arrivals Arrivals
	Scenario *Scenario
	HTTP2    bool
	Timeout  time.Duration
	InFlight int    // requests on their way at once, beyond which the run is given up
	Allow    string // a host that may be driven although it is not this machine
	Seed     uint64
}

func (o *Options) defaults() error {
	if o.Rate <= 0 || o.Rate > 1e6 {
		return fmt.Errorf("load: rate %v is not between 0 and 1,000,000 a second", o.Rate)
	}
	if o.Duration == 0 {
		o.Duration = 10 * time.Second
	}
	if o.Arrivals == "" {
		o.Arrivals = Poisson
	}
	if o.Arrivals != Poisson && o.Arrivals != Constant {
		return fmt.Errorf("load: unknown arrivals %q; constant or poisson", o.Arrivals)
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.InFlight == 0 {
		o.InFlight = 10000
	}
	if o.Scenario == nil {
		o.Scenario = &Scenario{Steps: []Step{{Weight: 1, Method: "GET", Path: ""}}}
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	return nil
}

// A ForeignError says that a target is not on this machine.
type ForeignError struct{ Host string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("load: %s is not this machine; nothing was sent", e.Host)
}

// MaxLag is the lateness of the generator, at the 99th percentile, above which a run says nothing about the service.
const MaxLag = time.Millisecond

// A sent request and what became of it.
type sent struct {
	intended, start, first, end time.Duration // since the run's origin
	status                      int
	step                        int
	err                         string
}

// A Report is one run.
type Report struct {
	Rate      float64              `json:"rate"`     // intended
	Achieved  float64              `json:"achieved"` // answered in the counted part, per second
	Requests  int                  `json:"requests"`
	Errors    int                  `json:"errors"`
	ErrorLow  float64              `json:"error_low"`
	ErrorHigh float64              `json:"error_high"`
	Why       map[string]int       `json:"error_kinds,omitempty"`
	Latency   Quantiles            `json:"latency"`    // end − intended
	Service   Quantiles            `json:"service"`    // end − start
	First     Quantiles            `json:"first_byte"` // first byte − intended
	Lag       Quantiles            `json:"lag"`        // start − intended: the generator's own
	Steps     map[string]Quantiles `json:"steps,omitempty"`
	Valid     bool                 `json:"valid"`
	Invalid   string               `json:"invalid,omitempty"`
	Raw       []float64            `json:"-"` // latencies in seconds, in order of intended time
}

// Quantiles are in seconds.
type Quantiles struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P95  float64 `json:"p95"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
	Mean float64 `json:"mean"`
}

func quantiles(xs []float64) Quantiles {
	if len(xs) == 0 {
		return Quantiles{}
	}
	s := slices.Clone(xs)
	slices.Sort(s)
	at := func(q float64) float64 { // nearest rank: a latency that some request had
		return s[min(len(s)-1, int(math.Ceil(q*float64(len(s))))-1)]
	}
	return Quantiles{at(.5), at(.9), at(.95), at(.99), at(.999), s[len(s)-1], stat.Mean(s)}
}

// schedule returns the intended times of a run, ascending, from 0 to length.
func schedule(o Options, length time.Duration, rng *rand.Rand) []time.Duration {
	var out []time.Duration
	gap := 1 / o.Rate
	for at := 0.0; ; {
		if o.Arrivals == Poisson {
			at += rng.ExpFloat64() * gap
		} else {
			at = gap * float64(len(out)+1)
		}
		d := time.Duration(at * 1e9)
		if d >= length {
			return out
		}
		out = append(out, d)
	}
}

// Schedule returns the intended times of the requests of a run, warm-up included: what a server would see of a generator without lag.
func Schedule(o Options) ([]time.Duration, error) {
	if err := o.defaults(); err != nil {
		return nil, err
	}
	return schedule(o, o.Warmup+o.Duration, o.rng()), nil
}

func (o *Options) rng() *rand.Rand { return rand.New(rand.NewPCG(o.Seed, 0x6c6f6164)) }

// Client returns an HTTP client that reaches loopback addresses, and the host that is allowed by name.
func Client(o Options) (*http.Client, *url.URL, error) {
	base, err := url.Parse(o.URL)
	if err != nil {
		return nil, nil, fmt.Errorf("load: %w", err)
	}
	if (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		return nil, nil, fmt.Errorf("load: %q is not an http or https address", o.URL)
	}
	if host := base.Hostname(); host != o.Allow {
		addrs, err := net.DefaultResolver.LookupIPAddr(context.Background(), host)
		if err != nil {
			return nil, nil, fmt.Errorf("load: %w", err)
		}
		for _, a := range addrs {
			if !a.IP.IsLoopback() {
				return nil, nil, &ForeignError{host}
			}
		}
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	protocols := &http.Protocols{}
	if o.HTTP2 {
		protocols.SetUnencryptedHTTP2(true)
		protocols.SetHTTP2(true)
	} else {
		protocols.SetHTTP1(true)
	}
	t := &http.Transport{
		Protocols:           protocols,
		MaxIdleConns:        0,
		MaxIdleConnsPerHost: o.InFlight,
		DisableCompression:  true, // the service's own bytes are measured
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			host, _, _ := net.SplitHostPort(addr)
			if tcp, ok := c.RemoteAddr().(*net.TCPAddr); ok && !tcp.IP.IsLoopback() && host != o.Allow {
				c.Close()
				return nil, &ForeignError{host}
			}
			return c, nil
		},
	}
	client := &http.Client{Transport: t, Timeout: o.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return client, base, nil
}

// Drive runs one load.
func Drive(ctx context.Context, o Options) (*Report, error) {
	if err := o.defaults(); err != nil {
		return nil, err
	}
	client, base, err := Client(o)
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	rng := o.rng()
	times := schedule(o, o.Warmup+o.Duration, rng)
	requests := make([]*prepared, len(times))
	for i := range times {
		if requests[i], err = o.Scenario.prepare(base, rng); err != nil {
			return nil, err
		}
	}
	results := make([]sent, len(times))
	var wg sync.WaitGroup
	slots := make(chan struct{}, o.InFlight)
	overrun := ""
	defer proc.PreferProcess()()
	defer ready()()
	origin := time.Now()
	n := 0
	// A goroutine is woken before its request is due and watches the clock until then: being woken takes a virtual machine up to some
	// tenths of a millisecond. At high rates there is always one awake, and less time to give away.
	lead := min(300*time.Microsecond, time.Duration(0.1/o.Rate*1e9))
	pace(ctx, origin, times, lead, func(i int) bool {
		select {
		case slots <- struct{}{}:
		default:
			overrun = fmt.Sprintf("%d requests were on their way at once: the service does not keep up", o.InFlight)
			return false
		}
		n = i + 1
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := &results[i]
			r.intended, r.step = times[i], requests[i].step
			for r.start = time.Since(origin); r.start < r.intended; r.start = time.Since(origin) {
			}
			perform(ctx, client, requests[i], r, origin)
			<-slots
		}()
		return true
	})
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return o.report(results[:n], overrun), nil
}

// ready makes the runtime fit for keeping time, and returns how to undo it. The pacing thread, and each that waits in a system call, keeps
// a processor of the runtime's until a supervisor that looks every 10 ms takes it away: a request that is due would wait for that, so
// there are more of them than the machine has. The collector runs less often; a run is short, and its memory bounded by its requests.
func ready() func() {
	procs := runtime.GOMAXPROCS(max(8, 4*runtime.NumCPU()))
	percent := debug.SetGCPercent(400)
	return func() {
		runtime.GOMAXPROCS(procs)
		debug.SetGCPercent(percent)
	}
}

func perform(ctx context.Context, client *http.Client, p *prepared, r *sent, origin time.Time) {
	req, err := p.request(ctx)
	if err != nil {
		r.err, r.end = err.Error(), time.Since(origin)
		return
	}
	resp, err := client.Do(req)
	r.first = time.Since(origin)
	if err != nil {
		r.end = r.first
		r.err = kindOf(err)
		return
	}
	_, err = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	r.end = time.Since(origin)
	r.status = resp.StatusCode
	switch {
	case err != nil:
		r.err = kindOf(err)
	case p.expect != 0 && resp.StatusCode != p.expect, p.expect == 0 && resp.StatusCode >= 400:
		r.err = fmt.Sprintf("status %d", resp.StatusCode)
	}
}

func kindOf(err error) string {
	if e, ok := err.(net.Error); ok && e.Timeout() {
		return "timeout"
	}
	if u, ok := err.(*url.Error); ok {
		return u.Err.Error()
	}
	return err.Error()
}

func (o *Options) report(all []sent, overrun string) *Report {
	r := &Report{Rate: o.Rate, Why: map[string]int{}, Steps: map[string]Quantiles{}, Valid: true}
	var latency, service, first, lag []float64
	steps := map[int][]float64{}
	var lastEnd time.Duration
	for i := range all {
		s := &all[i]
		if s.intended < o.Warmup {
			continue
		}
		r.Requests++
		lag = append(lag, (s.start - s.intended).Seconds())
		lastEnd = max(lastEnd, s.end)
		if s.err != "" {
			r.Errors++
			r.Why[s.err]++
			continue
		}
		l := (s.end - s.intended).Seconds()
		latency = append(latency, l)
		service = append(service, (s.end - s.start).Seconds())
		first = append(first, (s.first - s.intended).Seconds())
		steps[s.step] = append(steps[s.step], l)
	}
	r.Raw = latency
	r.Latency, r.Service, r.First, r.Lag = quantiles(latency), quantiles(service), quantiles(first), quantiles(lag)
	r.ErrorLow, r.ErrorHigh = stat.Wilson(r.Errors, r.Requests)
	if span := max(lastEnd-o.Warmup, o.Duration); span > 0 {
		r.Achieved = float64(len(latency)) / span.Seconds()
	}
	if len(o.Scenario.Steps) > 1 {
		for i, xs := range steps {
			r.Steps[o.Scenario.Steps[i].Name()] = quantiles(xs)
		}
	}
	switch {
	case overrun != "":
		r.Valid, r.Invalid = false, overrun
	case r.Requests == 0:
		r.Valid, r.Invalid = false, "no request was due"
	case r.Lag.P99 >= MaxLag.Seconds():
		r.Valid = false
		r.Invalid = fmt.Sprintf("the generator was late: its own lag is %.2f ms at the 99th percentile; use a lower rate, or a machine of its own", r.Lag.P99*1e3)
	}
	return r
}
