package load

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A stalling server answers at once, except that it stands still for the first part of every period. With constant arrivals the
// latency of a request is known exactly: what is left of the stall at its intended time.
func TestLatencyCountsFromTheIntendedTime(t *testing.T) {
	const period, stall = 500 * time.Millisecond, 200 * time.Millisecond
	var once sync.Once
	var origin time.Time
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { origin = time.Now() })
		if left := stall - time.Since(origin)%period; left > 0 {
			time.Sleep(left)
		}
	}))
	defer s.Close()
	r, err := Drive(context.Background(), Options{URL: s.URL, Rate: 200, Duration: 3 * time.Second, Arrivals: Constant})
	if err != nil {
		t.Fatal(err)
	}
	if r.Errors != 0 || r.Requests < 590 {
		t.Fatalf("%d requests, %d errors: %v", r.Requests, r.Errors, r.Why)
	}
	// 40 % of the time is a stall, so the 90th percentile lies where a quarter of the stall has passed.
	if want := 0.75 * stall.Seconds(); math.Abs(r.Latency.P90-want) > 0.02 {
		t.Errorf("p90 %.3f s, want %.3f", r.Latency.P90, want)
	}
	if r.Latency.Max < 0.18 {
		t.Errorf("the longest wait is %.3f s, the stall is %v", r.Latency.Max, stall)
	}
}

func TestForeignHostsAreRefused(t *testing.T) {
	_, err := Drive(context.Background(), Options{URL: "http://192.0.2.1/", Rate: 1, Duration: time.Second})
	var foreign *ForeignError
	if !errors.As(err, &foreign) {
		t.Errorf("a foreign address gave %v", err)
	}
	// The host is allowed by name, exactly.
	if _, _, err := Client(Options{URL: "http://192.0.2.1/", Allow: "192.0.2.1"}); err != nil {
		t.Errorf("an allowed host gave %v", err)
	}
	if _, _, err := Client(Options{URL: "http://192.0.2.1/", Allow: "192.0.2"}); err == nil {
		t.Error("part of a host's name was enough")
	}
}

// A redirect to another machine is an answer, not an order.
func TestRedirectsAreNotFollowed(t *testing.T) {
	s := httptest.NewServer(http.RedirectHandler("http://192.0.2.1/", http.StatusFound))
	defer s.Close()
	r, err := Drive(context.Background(), Options{URL: s.URL, Rate: 50, Duration: 200 * time.Millisecond})
	if err != nil || r.Errors != 0 {
		t.Errorf("%v, %d errors %v", err, r.Errors, r.Why)
	}
}

func TestHTTP2(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]int{}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen[r.Proto]++
		mu.Unlock()
	}), Protocols: &http.Protocols{}}
	srv.Protocols.SetUnencryptedHTTP2(true)
	srv.Protocols.SetHTTP1(true)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go srv.Serve(l)
	defer srv.Close()
	for _, two := range []bool{true, false} {
		if _, err := Drive(context.Background(), Options{URL: "http://" + l.Addr().String(), Rate: 100, Duration: 200 * time.Millisecond, HTTP2: two}); err != nil {
			t.Fatal(err)
		}
	}
	if seen["HTTP/2.0"] == 0 || seen["HTTP/1.1"] == 0 {
		t.Errorf("protocols seen: %v", seen)
	}
}

func TestScheduleHasTheRateAskedFor(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, a := range []Arrivals{Constant, Poisson} {
		times := schedule(Options{Rate: 1000, Arrivals: a}, 20*time.Second, rng)
		if n := len(times); math.Abs(float64(n)-20000) > 4*math.Sqrt(20000) {
			t.Errorf("%s: %d arrivals in 20 s at 1000/s", a, n)
		}
	}
}

func TestScenario(t *testing.T) {
	s, err := ParseScenario("# mix\n8 GET /items/{1..3}\nPOST /orders\n\theader X-A: b\n\tbody {\"item\": {5..5}, \"size\": \"{s|m}\"}\n\texpect 201\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Steps) != 2 || s.Steps[0].Weight != 8 || s.Steps[1].Expect != 201 || s.Steps[1].Header.Get("X-A") != "b" {
		t.Errorf("%+v", s.Steps)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	if got := fill(s.Steps[1].Body, rng); got != `{"item": 5, "size": "s"}` && got != `{"item": 5, "size": "m"}` {
		t.Errorf("body %s", got)
	}
	for text, want := range map[string]string{
		"":                      "no request",
		"\texpect 200":          "needs a request above",
		"get /x":                "METHOD /path",
		"GET /x\n\tbody1 x":     "unknown key",
		"GET /x\n\texpect 9999": "not a status",
		"-1 GET /x":             "not positive",
	} {
		if _, err := ParseScenario(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gave %v, want %q", text, err, want)
		}
	}
}

func TestOpenAPI(t *testing.T) {
	s, skipped, err := FromOpenAPI([]byte(`{"openapi": "3.1.0", "paths": {
	 "/items/{id}": {"get": {"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 5}},
	                                          {"name": "q", "in": "query", "required": true, "schema": {"enum": ["a", "b"]}}]}},
	 "/users/{name}": {"get": {"parameters": [{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}]}, "post": {}},
	 "/": {"get": {}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, st := range s.Steps {
		names = append(names, st.Name())
	}
	if diff := cmp.Diff([]string{"GET /", "GET /items/{5..104}?q={a|b}"}, names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"GET /users/{name}"}, skipped); diff != "" {
		t.Error(diff)
	}
}

func TestObjective(t *testing.T) {
	o, err := ParseObjective("p99<50ms, errors<1%")
	if err != nil {
		t.Fatal(err)
	}
	if ok, why := o.Meets(&Report{Requests: 1000, Errors: 5, Latency: Quantiles{P99: 0.049}}); !ok {
		t.Error(why)
	}
	if ok, _ := o.Meets(&Report{Requests: 1000, Errors: 50, Latency: Quantiles{P99: 0.01}}); ok {
		t.Error("5 % errors met errors<1%")
	}
	if ok, _ := o.Meets(&Report{Requests: 1000, Latency: Quantiles{P99: 0.05}}); ok {
		t.Error("50 ms met p99<50ms")
	}
	for _, bad := range []string{"p98<1ms", "p99<1%", "errors<1ms", "", "p99>1ms"} {
		if _, err := ParseObjective(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

// A server of one worker that takes 5 ms each can do 200 a second; the search must find a rate below that and not far below.
func TestSearchFindsTheKnee(t *testing.T) {
	var mu sync.Mutex
	var free time.Time
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		now := time.Now()
		if free.Before(now) {
			free = now
		}
		free = free.Add(5 * time.Millisecond)
		due := free
		mu.Unlock()
		time.Sleep(time.Until(due))
	}))
	defer s.Close()
	o, _ := ParseObjective("p99<60ms")
	k, err := Search(context.Background(), Options{URL: s.URL, Rate: 50, Duration: 1500 * time.Millisecond, Arrivals: Constant}, o, func(l string) { t.Log(l) })
	if err != nil {
		t.Fatal(err)
	}
	if k.Bounded == "" && (k.Highest < 140 || k.Highest > 215) {
		t.Errorf("highest rate %v, the server can do 200", k.Highest)
	}
}
