// Package flame writes a profile in the forms other tools read, and as one self-contained page.
//
//   - [Pprof]: the protocol buffer of github.com/google/pprof, with samples/count, wall/ns and cpu/ns and the labels thread, process,
//     state and category.
//   - [Speedscope]: the file format of speedscope.app, weights in nanoseconds.
//   - [Collapsed]: one line a stack, frames from root to leaf, then microseconds; what flamegraph.pl reads.
//   - [HTML]: flame graph, timeline and categories in one file that loads nothing.
//
// The writers do not change the profile; their output depends on nothing else.
package flame

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	pb "github.com/google/pprof/profile"

	"github.com/roadworthy-dev/roadworthy/internal/measure/sample"
)

// Pprof writes the profile as a gzipped protocol buffer.
func Pprof(w io.Writer, p *sample.Profile) error {
	out := &pb.Profile{
		SampleType:        []*pb.ValueType{{Type: "samples", Unit: "count"}, {Type: "wall", Unit: "nanoseconds"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType:        &pb.ValueType{Type: "wall", Unit: "nanoseconds"},
		Period:            int64(1e9) / int64(max(1, p.Rate)),
		TimeNanos:         p.Started.UnixNano(),
		DurationNanos:     int64(p.Length),
		DefaultSampleType: "wall",
	}
	functions := map[[2]string]*pb.Function{}
	locations := map[sample.Place]*pb.Location{}
	for _, s := range p.Stacks {
		o := &pb.Sample{
			Value:    []int64{s.Count, int64(s.Weight), int64(s.CPU)},
			Label:    map[string][]string{"state": {string(s.State)}, "category": {string(s.Category)}, "evidence": {s.Evidence}},
			NumLabel: map[string][]int64{"thread": {int64(s.TID)}, "process": {int64(s.PID)}},
		}
		for _, f := range s.Frames {
			loc, ok := locations[f]
			if !ok {
				key := [2]string{f.File, f.Name}
				fn, ok := functions[key]
				if !ok {
					fn = &pb.Function{ID: uint64(len(functions) + 1), Name: f.Name, SystemName: f.Name, Filename: f.File}
					functions[key] = fn
					out.Function = append(out.Function, fn)
				}
				loc = &pb.Location{ID: uint64(len(locations) + 1), Line: []pb.Line{{Function: fn, Line: int64(f.Line)}}}
				locations[f] = loc
				out.Location = append(out.Location, loc)
			}
			o.Location = append(o.Location, loc)
		}
		out.Sample = append(out.Sample, o)
	}
	if err := out.CheckValid(); err != nil {
		return fmt.Errorf("write pprof: %w", err)
	}
	if err := out.Write(w); err != nil {
		return fmt.Errorf("write pprof: %w", err)
	}
	return nil
}

type speedscopeFrame struct {
	Name string `json:"name"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

type speedscopeProfile struct {
	Type       string  `json:"type"`
	Name       string  `json:"name"`
	Unit       string  `json:"unit"`
	StartValue int64   `json:"startValue"`
	EndValue   int64   `json:"endValue"`
	Samples    [][]int `json:"samples"`
	Weights    []int64 `json:"weights"`
}

// Speedscope writes one profile per thread.
func Speedscope(w io.Writer, p *sample.Profile) error {
	frames := []speedscopeFrame{}
	index := map[sample.Place]int{}
	type thread struct{ pid, tid int }
	byThread := map[thread]*speedscopeProfile{}
	var order []thread
	for _, s := range p.Stacks {
		t := thread{s.PID, s.TID}
		o := byThread[t]
		if o == nil {
			o = &speedscopeProfile{Type: "sampled", Name: fmt.Sprintf("process %d thread %d", s.PID, s.TID), Unit: "nanoseconds", Samples: [][]int{}, Weights: []int64{}}
			byThread[t] = o
			order = append(order, t)
		}
		stack := []int{}
		for i := len(s.Frames) - 1; i >= 0; i-- {
			f := s.Frames[i]
			n, ok := index[f]
			if !ok {
				n = len(frames)
				index[f] = n
				frames = append(frames, speedscopeFrame{f.Name, f.File, f.Line})
			}
			stack = append(stack, n)
		}
		// The category closes the stack, so that the wait itself has a place in the picture.
		c := sample.Place{Name: "[" + string(s.Category) + "]"}
		n, ok := index[c]
		if !ok {
			n = len(frames)
			index[c] = n
			frames = append(frames, speedscopeFrame{Name: c.Name})
		}
		o.Samples = append(o.Samples, append(stack, n))
		o.Weights = append(o.Weights, int64(s.Weight))
		o.EndValue += int64(s.Weight)
	}
	profiles := []*speedscopeProfile{}
	for _, t := range order {
		profiles = append(profiles, byThread[t])
	}
	err := json.NewEncoder(w).Encode(map[string]any{
		"$schema": "https://www.speedscope.app/file-format-schema.json", "name": p.Command, "exporter": "roadworthy", "activeProfileIndex": 0,
		"shared": map[string]any{"frames": frames}, "profiles": profiles,
	})
	if err != nil {
		return fmt.Errorf("write speedscope: %w", err)
	}
	return nil
}

// Collapsed writes one line per stack.
func Collapsed(w io.Writer, p *sample.Profile) error {
	sums := map[string]int64{}
	for _, s := range p.Stacks {
		var b strings.Builder
		for i := len(s.Frames) - 1; i >= 0; i-- {
			b.WriteString(strings.ReplaceAll(label(s.Frames[i]), ";", ","))
			b.WriteByte(';')
		}
		b.WriteString("[" + string(s.Category) + "]")
		sums[b.String()] += s.Weight.Microseconds()
	}
	keys := make([]string, 0, len(sums))
	for k := range sums {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	out := bufio.NewWriter(w)
	for _, k := range keys {
		fmt.Fprintf(out, "%s %d\n", k, sums[k])
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write collapsed stacks: %w", err)
	}
	return nil
}

func label(f sample.Place) string {
	if f.File == "" {
		return f.Name
	}
	i := strings.LastIndexByte(f.File, '/')
	return fmt.Sprintf("%s (%s:%d)", f.Name, f.File[i+1:], f.Line)
}
