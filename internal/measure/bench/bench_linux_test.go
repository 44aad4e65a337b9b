package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

func arm(name, script string) Arm { return Arm{Name: name, Argv: []string{"sh", "-c", script}} }

func measure(t *testing.T, p Plan) *Result {
	t.Helper()
	p.Name, p.Seed, p.Pairs, p.Warmup = "test", 7, stat.FirstLook, 1
	r, err := Measure(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func primary(t *testing.T, r *Result) Comparison {
	t.Helper()
	for _, c := range r.Comparisons {
		if c.Primary {
			return c
		}
	}
	t.Fatal("no primary comparison")
	return Comparison{}
}

func TestALargeDifferenceIsFound(t *testing.T) {
	r := measure(t, Plan{Arms: []Arm{arm("a", "sleep 0.02"), arm("b", "sleep 0.1")}})
	if v := primary(t, r).Verdict.Word; v != stat.Slower {
		t.Errorf("0.1 s against 0.02 s: %s", v)
	}
	if why, worse := r.Worse(); !worse || !strings.Contains(why, "b is slower in wall") {
		t.Errorf("a slower arm is not worse: %q", why)
	}
	if len(r.Arms[0].Values["wall"]) != stat.FirstLook || r.Arms[0].Runs != 2*stat.FirstLook {
		t.Errorf("the baseline has %d values of %d runs", len(r.Arms[0].Values["wall"]), r.Arms[0].Runs)
	}
	if len(r.Calibration) == 0 {
		t.Error("the session has no calibration")
	}
}

// What fails is not fast.
func TestAnArmWithErrorsIsNeverFaster(t *testing.T) {
	flaky := filepath.Join(t.TempDir(), "n")
	r := measure(t, Plan{Arms: []Arm{arm("a", "sleep 0.05"),
		arm("b", `n=$(cat `+flaky+` 2>/dev/null || echo 0); echo $((n+1)) >`+flaky+`; [ $((n % 4)) = 0 ] && { echo broken >&2; exit 3; }; exit 0`)}})
	v := primary(t, r).Verdict
	if v.Word == stat.Faster {
		t.Error("an arm that fails in a quarter of its runs is called faster")
	}
	if r.Arms[1].Errors == 0 || r.Arms[1].FirstError != "exit status 3: broken" {
		t.Errorf("%d errors, %q", r.Arms[1].Errors, r.Arms[1].FirstError)
	}
	if _, worse := r.Worse(); !worse {
		t.Error("new errors are not worse")
	}
}

func TestWorkThatNeverRunsIsAnError(t *testing.T) {
	_, err := Measure(context.Background(), Plan{Name: "x", Pairs: 16, Arms: []Arm{arm("a", "echo no such thing >&2; exit 1")}})
	var failed *FailedError
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "no such thing") {
		t.Errorf("got %v", err)
	}
}

// Somebody who stops a session early must not get a verdict out of it: that moment was not fixed beforehand.
func TestAnInterruptedSessionGivesNoVerdict(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 1200*time.Millisecond)
	defer cancel()
	r, err := Measure(ctx, Plan{Name: "x", Pairs: 500, Warmup: 1, Arms: []Arm{arm("a", "sleep 0.005"), arm("b", "sleep 0.03")}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Comparisons {
		if r.Stopped == "interrupted" && c.Primary && c.Verdict.Word != stat.Inconclusive {
			t.Errorf("verdict %s after %d blocks of %v", c.Verdict, r.Blocks, r.Looks)
		}
	}
}

func TestWorkloadsReportTheirOwnMetrics(t *testing.T) {
	report := func(v string) string {
		return `echo '{"metric": "rows", "value": ` + v + `, "unit": "1/s", "better": "more"}' > $` + ReportEnv
	}
	r := measure(t, Plan{Primary: []string{"rows"}, Arms: []Arm{arm("a", report("100")), arm("b", report("150"))}})
	c := primary(t, r)
	if c.Verdict.Word != stat.Faster || math.Abs(c.Effect.Ratio-1.5) > 1e-9 {
		t.Errorf("150 rows a second against 100: %s, ratio %v", c.Verdict, c.Effect.Ratio)
	}
}

func TestSetupRunsBeforeEveryProcessAndIsNotMeasured(t *testing.T) {
	file := filepath.Join(t.TempDir(), "fresh")
	r := measure(t, Plan{Setup: "sleep 0.05; touch " + file, Arms: []Arm{arm("a", "rm "+file), arm("b", "rm "+file)}})
	if r.Arms[0].Errors+r.Arms[1].Errors != 0 {
		t.Errorf("a process ran without its setup: %s", r.Arms[0].FirstError)
	}
	if wall := stat.Quantile(r.Arms[0].Values["wall"], 0); wall > float64(50*time.Millisecond) {
		t.Errorf("the fastest run took %v ns: its setup was measured", wall)
	}
	if _, err := Measure(context.Background(), Plan{Name: "x", Pairs: 16, Setup: "exit 4", Arms: []Arm{arm("a", "true")}}); err == nil || !strings.Contains(err.Error(), "setup ended with exit status 4") {
		t.Errorf("a setup that fails gave %v", err)
	}
}

func TestResultsAreKeptWholeAndCompared(t *testing.T) {
	root := t.TempDir()
	r := measure(t, Plan{Arms: []Arm{arm("a", "sleep 0.01"), arm("b", "sleep 0.03")}})
	if _, err := Save(root, r); err != nil {
		t.Fatal(err)
	}
	h, err := History(root, "test")
	if err != nil || len(h) != 1 {
		t.Fatalf("%d results, %v", len(h), err)
	}
	if diff := cmp.Diff(r.Arms[1].Values, h[0].Arms[1].Values); diff != "" {
		t.Error(diff)
	}
	rows, why := r.Against(h[0])
	if why != "" || len(rows) == 0 || rows[0].Change != 1 {
		t.Errorf("a result against itself: %+v %s", rows, why)
	}
	h[0].Machine.Processor = "another"
	if _, why := r.Against(h[0]); !strings.Contains(why, "processor was another") {
		t.Errorf("results of two machines were compared: %q", why)
	}
	left, _ := filepath.Glob(filepath.Join(root, State, "*", ".new-*"))
	if len(left) != 0 {
		t.Errorf("temporary files are left: %v", left)
	}
	var b bytes.Buffer
	r.Text(&b)
	for _, want := range []string{"baseline a", "calibration:", "wall"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, b.String())
		}
	}
}

func TestResultMarshalsWithoutEndlessLimits(t *testing.T) {
	r := &Result{Comparisons: []Comparison{{Effect: stat.Compare(nil, nil, 0.05, 1)}}}
	b, err := Marshal(r)
	if err != nil || !json.Valid(b) {
		t.Errorf("%v", err)
	}
}

func TestWriteFileReplacesOrLeavesAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := WriteFile(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(filepath.Join(path, "below-a-file"), nil); err == nil {
		t.Error("writing below a file succeeded")
	}
	if b, _ := os.ReadFile(path); string(b) != "one" {
		t.Errorf("the file holds %q", b)
	}
}
