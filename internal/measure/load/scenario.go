package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Scenario is a mix of requests; each is drawn by its weight.
type Scenario struct {
	Steps []Step
	total float64
}

// A Step is one kind of request. `{1..1000}` in its path or body is replaced by a number drawn from the range, `{a|b|c}` by one of
// the words.
type Step struct {
	Weight float64
	Method string
	Path   string
	Header http.Header
	Body   string
	Expect int // status; 0: anything below 400
}

// Name is how reports call a step.
func (s Step) Name() string { return s.Method + " " + s.Path }

var choice = regexp.MustCompile(`\{(?:(-?\d+)\.\.(-?\d+)|([^{}"|:]+(?:\|[^{}"|:]+)+))\}`)

// ParseScenario reads a scenario file:
//
//	# weight method path
//	8 GET /items/{1..1000}
//	2 POST /orders
//	    header Content-Type: application/json
//	    body {"item": {1..1000}, "size": "{s|m|l}"}
//	    expect 201
//
// Indented lines belong to the request above them.
func ParseScenario(text string) (*Scenario, error) {
	s := &Scenario{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(s.Steps) == 0 {
				return nil, fmt.Errorf("scenario line %d: an indented line needs a request above it", n)
			}
			step := &s.Steps[len(s.Steps)-1]
			key, value, _ := strings.Cut(trimmed, " ")
			switch key {
			case "header":
				k, v, ok := strings.Cut(value, ":")
				if !ok {
					return nil, fmt.Errorf("scenario line %d: header NAME: VALUE expected", n)
				}
				step.Header.Add(strings.TrimSpace(k), strings.TrimSpace(v))
			case "body":
				step.Body = value
			case "expect":
				code, err := strconv.Atoi(strings.TrimSpace(value))
				if err != nil || code < 100 || code > 599 {
					return nil, fmt.Errorf("scenario line %d: %q is not a status", n, value)
				}
				step.Expect = code
			default:
				return nil, fmt.Errorf("scenario line %d: unknown key %q; header, body or expect", n, key)
			}
			continue
		}
		f := strings.Fields(trimmed)
		step := Step{Weight: 1, Header: http.Header{}}
		if w, err := strconv.ParseFloat(f[0], 64); err == nil {
			if w <= 0 {
				return nil, fmt.Errorf("scenario line %d: weight %v is not positive", n, w)
			}
			step.Weight = w
			f = f[1:]
		}
		if len(f) != 2 || strings.ToUpper(f[0]) != f[0] || !strings.HasPrefix(f[1], "/") {
			return nil, fmt.Errorf("scenario line %d: [WEIGHT] METHOD /path expected, got %q", n, trimmed)
		}
		step.Method, step.Path = f[0], f[1]
		s.Steps = append(s.Steps, step)
	}
	if len(s.Steps) == 0 {
		return nil, fmt.Errorf("scenario: no request in it")
	}
	return s, nil
}

type prepared struct {
	step   int
	method string
	url    string
	header http.Header
	body   []byte
	expect int
}

func (p *prepared) request(ctx context.Context) (*http.Request, error) {
	var body io.Reader
	if p.body != nil {
		body = bytes.NewReader(p.body)
	}
	r, err := http.NewRequestWithContext(ctx, p.method, p.url, body)
	if err == nil && p.header != nil {
		r.Header = p.header.Clone()
	}
	return r, err
}

// prepare draws a step and fills it in. It is done before the run starts: the generator has no time for it later.
func (s *Scenario) prepare(base *url.URL, rng *rand.Rand) (*prepared, error) {
	if s.total == 0 {
		for _, st := range s.Steps {
			s.total += st.Weight
		}
	}
	at := rng.Float64() * s.total
	i := 0
	for ; i < len(s.Steps)-1 && at >= s.Steps[i].Weight; i++ {
		at -= s.Steps[i].Weight
	}
	st := s.Steps[i]
	p := &prepared{step: i, method: st.Method, header: st.Header, expect: st.Expect}
	u := strings.TrimSuffix(base.String(), "/")
	if st.Path == "" {
		u = base.String()
	}
	p.url = u + fill(st.Path, rng)
	if st.Body != "" {
		p.body = []byte(fill(st.Body, rng))
	}
	if _, err := url.Parse(p.url); err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	return p, nil
}

func fill(text string, rng *rand.Rand) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return choice.ReplaceAllStringFunc(text, func(m string) string {
		parts := choice.FindStringSubmatch(m)
		if parts[3] != "" {
			words := strings.Split(parts[3], "|")
			return words[rng.IntN(len(words))]
		}
		lo, err1 := strconv.Atoi(parts[1])
		hi, err2 := strconv.Atoi(parts[2])
		if err1 != nil || err2 != nil || hi < lo {
			return m
		}
		return strconv.Itoa(lo + rng.IntN(hi-lo+1))
	})
}

// FromOpenAPI makes a scenario of the GET operations of an OpenAPI 3 document in JSON. A required parameter needs an example, a
// default, an enumeration or a type to draw from; operations that have none are left out and named in skipped.
func FromOpenAPI(doc []byte) (s *Scenario, skipped []string, err error) {
	type schema struct {
		Type    string   `json:"type"`
		Default any      `json:"default"`
		Example any      `json:"example"`
		Enum    []any    `json:"enum"`
		Minimum *float64 `json:"minimum"`
		Maximum *float64 `json:"maximum"`
	}
	type parameter struct {
		Name     string `json:"name"`
		In       string `json:"in"`
		Required bool   `json:"required"`
		Example  any    `json:"example"`
		Schema   schema `json:"schema"`
	}
	var d struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(doc, &d); err != nil {
		return nil, nil, fmt.Errorf("read OpenAPI document: %w", err)
	}
	if !strings.HasPrefix(d.OpenAPI, "3.") {
		return nil, nil, fmt.Errorf("read OpenAPI document: version %q is not 3.x", d.OpenAPI)
	}
	value := func(p parameter) (string, bool) {
		text := func(v any) string {
			if f, ok := v.(float64); ok {
				return strconv.FormatFloat(f, 'f', -1, 64)
			}
			return fmt.Sprint(v)
		}
		switch {
		case p.Example != nil:
			return url.PathEscape(text(p.Example)), true
		case p.Schema.Example != nil:
			return url.PathEscape(text(p.Schema.Example)), true
		case p.Schema.Default != nil:
			return url.PathEscape(text(p.Schema.Default)), true
		case len(p.Schema.Enum) > 1:
			var words []string
			for _, e := range p.Schema.Enum {
				words = append(words, url.PathEscape(text(e)))
			}
			return "{" + strings.Join(words, "|") + "}", true
		case len(p.Schema.Enum) == 1:
			return url.PathEscape(text(p.Schema.Enum[0])), true
		case p.Schema.Type == "integer":
			lo, hi := 1, 100
			if p.Schema.Minimum != nil {
				lo = int(*p.Schema.Minimum)
				hi = lo + 99
			}
			if p.Schema.Maximum != nil {
				hi = min(hi, int(*p.Schema.Maximum))
			}
			return fmt.Sprintf("{%d..%d}", lo, max(lo, hi)), true
		}
		return "", false
	}
	s = &Scenario{}
	paths := make([]string, 0, len(d.Paths))
	for p := range d.Paths {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, path := range paths {
		raw, ok := d.Paths[path]["get"]
		if !ok {
			continue
		}
		var op struct{ Parameters []parameter }
		if err := json.Unmarshal(raw, &op); err != nil {
			return nil, nil, fmt.Errorf("read OpenAPI document: %s: %w", path, err)
		}
		var shared []parameter
		if r, ok := d.Paths[path]["parameters"]; ok {
			if err := json.Unmarshal(r, &shared); err != nil {
				return nil, nil, fmt.Errorf("read OpenAPI document: %s: %w", path, err)
			}
		}
		target, query, ok := path, []string{}, true
		for _, p := range append(shared, op.Parameters...) {
			if !p.Required {
				continue
			}
			v, known := value(p)
			switch {
			case !known:
				ok = false
			case p.In == "path":
				target = strings.ReplaceAll(target, "{"+p.Name+"}", v)
			case p.In == "query":
				query = append(query, url.QueryEscape(p.Name)+"="+v)
			default:
				ok = false
			}
		}
		if !ok {
			skipped = append(skipped, "GET "+path)
			continue
		}
		if len(query) > 0 {
			target += "?" + strings.Join(query, "&")
		}
		s.Steps = append(s.Steps, Step{Weight: 1, Method: "GET", Path: target, Header: http.Header{}})
	}
	if len(s.Steps) == 0 {
		return nil, skipped, fmt.Errorf("read OpenAPI document: no GET operation can be called without knowing more")
	}
	return s, skipped, nil
}
