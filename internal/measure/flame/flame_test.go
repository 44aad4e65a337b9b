package flame

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	pb "github.com/google/pprof/profile"

	"github.com/roadworthy-dev/roadworthy/internal/measure/sample"
)

func made() *sample.Profile {
	main := sample.Place{Name: "main", File: "/srv/app.py", Line: 9}
	return &sample.Profile{
		Started: time.Unix(1700000000, 0), Length: 3 * time.Second, Rate: 100, Cores: 2, Command: "python </script> app.py",
		Stacks: []*sample.Stack{
			{PID: 1, TID: 2, State: sample.Running, Category: sample.Interpreter, Frames: []sample.Place{{Name: "f;g", File: "/srv/app.py", Line: 3}, main}, Weight: time.Second, CPU: time.Second, Count: 100},
			{PID: 1, TID: 2, State: sample.Socket, Category: sample.Database, Evidence: "socket 127.0.0.1:5432", Frames: []sample.Place{main}, Weight: 2 * time.Second, Count: 200},
			{PID: 1, TID: 3, State: sample.Idle, Category: sample.Waiting, Weight: time.Second, Count: 100},
		},
	}
}

func TestCollapsed(t *testing.T) {
	var b bytes.Buffer
	if err := Collapsed(&b, made()); err != nil {
		t.Fatal(err)
	}
	want := "[idle] 1000000\nmain (app.py:9);[database] 2000000\nmain (app.py:9);f,g (app.py:3);[interpreter] 1000000\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestPprofReadsBack(t *testing.T) {
	var b bytes.Buffer
	if err := Pprof(&b, made()); err != nil {
		t.Fatal(err)
	}
	p, err := pb.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Sample) != 3 || p.Sample[1].Value[1] != int64(2*time.Second) || p.Sample[1].Label["category"][0] != "database" || p.Sample[1].NumLabel["thread"][0] != 2 {
		t.Errorf("%v", p)
	}
	if len(p.Function) != 2 || p.Sample[0].Location[0].Line[0].Function.Name != "f;g" {
		t.Errorf("functions %v", p.Function)
	}
}

func TestSpeedscope(t *testing.T) {
	var b bytes.Buffer
	if err := Speedscope(&b, made()); err != nil {
		t.Fatal(err)
	}
	var out struct {
		Shared   struct{ Frames []struct{ Name string } }
		Profiles []struct {
			Type     string
			EndValue int64
			Samples  [][]int
			Weights  []int64
		}
	}
	if err := json.Unmarshal(b.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Profiles) != 2 || out.Profiles[0].EndValue != int64(3*time.Second) || out.Profiles[0].Type != "sampled" {
		t.Errorf("%+v", out.Profiles)
	}
	for _, p := range out.Profiles {
		for _, s := range p.Samples {
			for _, f := range s {
				if f < 0 || f >= len(out.Shared.Frames) {
					t.Errorf("frame %d of %d", f, len(out.Shared.Frames))
				}
			}
		}
	}
}

// The page loads nothing, and nothing in a profile can become part of its code.
func TestPageIsSelfContained(t *testing.T) {
	p := made()
	p.Stacks[0].Frames[0].Name = "</script><img src=x>"
	var b bytes.Buffer
	if err := HTML(&b, p); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, bad := range []string{"<img", "src=\"http", "href=\"http", "@import", "{{"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	if n := strings.Count(page, "</script>"); n != 1 {
		t.Errorf("%d ends of script", n)
	}
	var again bytes.Buffer
	if err := HTML(&again, p); err != nil || again.String() != page {
		t.Error("the same profile made another page")
	}
}
