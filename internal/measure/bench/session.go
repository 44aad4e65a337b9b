package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/proc"
	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

// maxBlocks bounds a session whose runs take almost no time.
const maxBlocks = 20000

// A Session runs one plan.
type Session struct {
	plan  Plan
	rng   *rand.Rand
	dir   string // scratch files of this session
	env   []string
	runs  [][]run // per column: arms in order, then the baseline's second self
	errs  []int
	count []int
	first []string
	extra map[string]Metric // metrics the workload reported
}

// A run is the values of one process, by metric; nil when it ended in an error.
type run map[string]float64

// Measure runs the plan to a verdict, its last look, or the end of ctx. A session that ctx ends still returns what it has.
func Measure(ctx context.Context, plan Plan) (*Result, error) {
	plan.Defaults()
	if err := plan.Validate(); err != nil {
		return nil, err
	}
	if err := proc.Supported(); err != nil {
		return nil, err
	}
	if plan.Seed == 0 {
		plan.Seed = uint64(time.Now().UnixNano())
	}
	dir, err := os.MkdirTemp("", "roadworthy-bench-")
	if err != nil {
		return nil, fmt.Errorf("make scratch directory: %w", err)
	}
	defer os.RemoveAll(dir)
	s := &Session{
		plan: plan, dir: dir, env: os.Environ(), extra: map[string]Metric{},
		rng:  rand.New(rand.NewPCG(plan.Seed, 0x62656e6368)),
		runs: make([][]run, len(plan.Arms)+1), errs: make([]int, len(plan.Arms)+1),
		count: make([]int, len(plan.Arms)+1), first: make([]string, len(plan.Arms)+1),
	}
	notes := unshim(plan.Arms)
	started := time.Now()
	machine := readMachine()
	block, memory, err := s.warm(ctx)
	if err != nil {
		return nil, err
	}
	left := plan.Budget - time.Since(started)
	most := plan.Pairs
	if byTime := int(left / max(block, time.Microsecond)); most == 0 || (byTime < most && plan.Pairs == 0) {
		most = byTime
	}
	most = min(max(most, stat.FirstLook), maxBlocks)
	looks := stat.Looks(most)
	s.say("%d arms, about %s a block, looks after %s blocks", len(plan.Arms), round(block), list(looks))

	active := make([]bool, len(plan.Arms))
	for i := range active {
		active[i] = true
	}
	final := make([]map[string]Comparison, len(plan.Arms))
	calibration := map[string]Comparison{}
	stopped := "last look"
	done := 0
session:
	for lookIndex, look := range looks {
		for done < look {
			if err := s.block(ctx, active); err != nil {
				if ctx.Err() != nil {
					stopped = "interrupted"
					break session
				}
				return nil, err
			}
			done++
			if done == FailEarly && s.allFail() {
				return nil, &FailedError{Arm: plan.Arms[0].Name, Output: s.first[0]}
			}
		}
		open := s.look(looks, active, final, calibration)
		s.say("%d blocks: %s", done, s.progress(final, calibration))
		if !open {
			if lookIndex < len(looks)-1 {
				stopped = "decided"
			}
			break
		}
	}
	if stopped == "interrupted" {
		s.look(looks, active, final, calibration)
		for _, f := range final {
			for m, c := range f {
				// Stopping at a moment chosen by a person is not a look that was fixed beforehand.
				if c.Primary && c.Verdict.Word != stat.Inconclusive {
					c.Verdict = stat.Verdict{Word: stat.Inconclusive, Why: "interrupted before a look"}
					f[m] = c
				}
			}
		}
	}
	machine.finish()
	r := &Result{
		Schema: Schema, Name: plan.Name, Started: started.UTC().Truncate(time.Second), Seconds: time.Since(started).Seconds(), Gate: plan.Gate,
		Primary: plan.Primary, Looks: looks, Blocks: done, Seed: plan.Seed, Stopped: stopped, Machine: machine, Units: map[string]string{}, Notes: notes,
	}
	s.fill(r, final, calibration, memory)
	return r, nil
}

// FailEarly is the number of blocks after which a session whose baseline never succeeded gives up.
const FailEarly = 3

// A FailedError says that the work itself does not run.
type FailedError struct {
	Arm    string
	Output string
}

func (e *FailedError) Error() string {
	return fmt.Sprintf("bench: %s ended in an error in every run; its last words: %s", e.Arm, e.Output)
}

func (s *Session) allFail() bool { return s.errs[0] == s.count[0] }

func (s *Session) say(format string, args ...any) {
	if s.plan.Progress != nil {
		s.plan.Progress(fmt.Sprintf(format, args...))
	}
}

// warm runs every arm a few times without counting, once of those watched for memory, and returns the time of one block.
func (s *Session) warm(ctx context.Context) (block time.Duration, memory []proc.Sample, err error) {
	memory = make([]proc.Sample, len(s.plan.Arms))
	for i := range s.plan.Arms {
		var arm time.Duration
		for w := range max(s.plan.Warmup, 1) + 1 {
			sample, _, _, err := s.one(ctx, i, w == 0)
			if err != nil {
				return 0, nil, err
			}
			if w == 0 {
				memory[i] = sample
				continue // watching costs time: not used to plan
			}
			if arm == 0 || sample.Wall < arm {
				arm = sample.Wall
			}
		}
		arm += 2 * time.Millisecond // starting, scanning for what was left behind
		block += arm
		if i == 0 {
			block += arm
		}
	}
	return block, memory, nil
}

// block runs every active arm and both selves of the baseline once, in random order.
func (s *Session) block(ctx context.Context, active []bool) error {
	cols := []int{len(s.plan.Arms)}
	for i, on := range active {
		if on || i == 0 {
			cols = append(cols, i)
		}
	}
	s.rng.Shuffle(len(cols), func(i, j int) { cols[i], cols[j] = cols[j], cols[i] })
	got := make([]run, len(s.runs))
	for _, col := range cols {
		// The last column is the baseline's second self: it runs arm 0.
		_, values, why, err := s.one(ctx, col%len(s.plan.Arms), false)
		if err != nil {
			return err
		}
		s.count[col]++
		if values == nil {
			s.errs[col]++
			if s.first[col] == "" {
				s.first[col] = why
			}
		}
		got[col] = values
	}
	for col := range s.runs {
		s.runs[col] = append(s.runs[col], got[col])
	}
	return nil
}

// one runs one process of an arm. A failed run gives nil values and its reason; an error means the session cannot go on.
func (s *Session) one(ctx context.Context, arm int, watch bool) (proc.Sample, run, string, error) {
	a := s.plan.Arms[arm]
	report := filepath.Join(s.dir, "report")
	stderr := filepath.Join(s.dir, "stderr")
	os.Remove(report)
	env := append(slices.Clone(s.env), ReportEnv+"="+report)
	for _, k := range sortedKeys(a.Env) {
		env = append(env, k+"="+a.Env[k])
	}
	argv := a.Argv
	if s.plan.Call != nil {
		var err error
		if argv, err = callArgv(s.dir, a.Argv, *s.plan.Call); err != nil {
			return proc.Sample{}, nil, "", err
		}
		env = append(env, fmt.Sprintf("ROADWORTHY_BENCH_START=%d", time.Now().UnixNano()))
	}
	if s.plan.Setup != "" {
		done, err := proc.Run(ctx, proc.Command{Argv: []string{"sh", "-c", s.plan.Setup}, Dir: a.Dir, Env: env, Stderr: stderr, Limit: s.plan.Limit})
		if err != nil {
			return done, nil, "", err
		}
		if !done.OK() {
			return done, nil, "", fmt.Errorf("bench: setup ended with %s", failure(done, stderr))
		}
	}
	cmd := proc.Command{Argv: argv, Dir: a.Dir, Env: env, Stderr: stderr, Limit: s.plan.Limit, Watch: watch}
	if s.plan.Service != nil {
		return s.serve(ctx, cmd)
	}
	sample, err := proc.Run(ctx, cmd)
	if err != nil {
		return sample, nil, "", err
	}
	if !sample.OK() {
		return sample, nil, failure(sample, stderr), nil
	}
	values := run{"wall": float64(sample.Wall), "cpu": float64(sample.CPU())}
	if own := sample.Wall - sample.Delay; sample.Counted && own > 0 {
		values["undelayed"] = float64(own)
	}
	if sample.Peak > 0 {
		values["memory"] = float64(sample.Peak)
	}
	if sample.Instructions > 0 {
		values["instructions"] = float64(sample.Instructions)
	}
	why, err := s.readReport(report, values)
	if err != nil {
		return sample, nil, "", err
	}
	if why != "" {
		return sample, nil, why, nil
	}
	if ops := values["ops"]; ops > 0 && s.plan.Price > 0 {
		values["cost"] = sample.CPU().Hours() * s.plan.Price / ops * 1e6
	}
	delete(values, "ops")
	return sample, values, "", nil
}

// serve is one run of a service: started, driven, stopped. That it ends by a signal is how it is meant to end.
func (s *Session) serve(ctx context.Context, cmd proc.Command) (proc.Sample, run, string, error) {
	begin := time.Now()
	p, err := proc.Start(ctx, cmd)
	if err != nil {
		return proc.Sample{}, nil, "", err
	}
	ended := func() (proc.Sample, run, string, error) {
		sample, err := p.Wait()
		return sample, nil, "the service ended by itself: " + failure(sample, cmd.Stderr), err
	}
	ready, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-p.Done():
			cancel()
		case <-ready.Done():
		}
	}()
	err = s.plan.Service.Ready(ready)
	cancel()
	select {
	case <-p.Done():
		return ended()
	default:
	}
	if err != nil {
		sample, _ := p.Stop(time.Second)
		return sample, nil, err.Error(), ctx.Err()
	}
	startup := time.Since(begin)
	values, failed, err := s.plan.Service.Drive(ctx, s.rng.Uint64())
	select {
	case <-p.Done():
		return ended()
	default:
	}
	sample, stopErr := p.Stop(5 * time.Second)
	if err == nil {
		err = stopErr
	}
	if err != nil || failed != "" {
		return sample, nil, failed, err
	}
	out := run{"startup": float64(startup), "cpu": float64(sample.CPU())}
	for k, v := range values {
		out[k] = v
	}
	if sample.Peak > 0 {
		out["memory"] = float64(sample.Peak)
	}
	return sample, out, "", nil
}

// failure words why a run gave no value: how it ended, and the last line it wrote.
func failure(s proc.Sample, stderr string) string {
	how := fmt.Sprintf("exit status %d", s.Exit)
	switch {
	case s.Expired:
		how = "ended after its time limit"
	case s.Signal != "":
		how = "ended by " + s.Signal
	}
	b, _ := os.ReadFile(stderr)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if last := lines[len(lines)-1]; last != "" {
		if len(last) > 300 {
			last = last[:300] + "…"
		}
		return how + ": " + last
	}
	return how
}

// ReportEnv names the file in which a workload may report its own metrics, one JSON object per line:
//
//	{"metric": "rows", "value": 1200.0, "unit": "1/s", "better": "more"}
//	{"latency_ns": [120000, 98000, …], "errors": 0}
const ReportEnv = "ROADWORTHY_BENCH_REPORT"

type reportLine struct {
	Metric  string    `json:"metric"`
	Value   float64   `json:"value"`
	Unit    string    `json:"unit"`
	Better  string    `json:"better"`
	Latency []float64 `json:"latency_ns"`
	Elapsed float64   `json:"elapsed_ns"`
	Errors  int       `json:"errors"`
}

func (s *Session) readReport(path string, values run) (why string, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the workload's report: %w", err)
	}
	for n, line := range strings.Split(string(b), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		var l reportLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			return "", fmt.Errorf("read the workload's report, line %d: %w", n+1, err)
		}
		if l.Errors > 0 {
			return fmt.Sprintf("%d operations of the workload failed", l.Errors), nil
		}
		if l.Metric != "" {
			if m, ok := known[l.Metric]; ok {
				s.extra[l.Metric] = m
			} else {
				s.extra[l.Metric] = Metric{Name: l.Metric, Unit: l.Unit, More: l.Better == "more"}
			}
			values[l.Metric] = l.Value
		}
		if len(l.Latency) > 0 {
			slices.Sort(l.Latency)
			for name, q := range map[string]float64{"latency.p50": 0.5, "latency.p95": 0.95, "latency.p99": 0.99, "latency.min": 0} {
				values[name] = stat.Quantile(l.Latency, q)
			}
			values["ops"] = float64(len(l.Latency))
			if l.Elapsed > 0 {
				values["throughput"] = float64(len(l.Latency)) / (l.Elapsed / 1e9)
			}
		}
	}
	return "", nil
}

func (s *Session) metric(name string) Metric {
	if m, ok := s.extra[name]; ok {
		return m
	}
	if m, ok := known[name]; ok {
		return m
	}
	return Metric{Name: name}
}

// pairs returns the values of two columns in the blocks where both succeeded.
func (s *Session) pairs(a, b int, metric string) (x, y []float64) {
	for i := range s.runs[a] {
		ra, rb := s.runs[a][i], s.runs[b][i]
		if ra == nil || rb == nil {
			continue
		}
		va, oka := ra[metric]
		vb, okb := rb[metric]
		if oka && okb {
			x, y = append(x, va), append(y, vb)
		}
	}
	return x, y
}

func (s *Session) metrics() []string {
	seen := map[string]bool{}
	for _, col := range s.runs {
		for _, r := range col {
			for m := range r {
				seen[m] = true
			}
		}
	}
	names := sortedKeys(seen)
	sortMetrics(names)
	return names
}

// look judges every active arm and says whether one is still open.
func (s *Session) look(looks []int, active []bool, final []map[string]Comparison, calibration map[string]Comparison) (open bool) {
	alpha := stat.Alpha / float64(len(looks))
	tests := max(1, len(s.plan.Primary)*(len(s.plan.Arms)-1))
	perTest := alpha / float64(tests)
	seed := func(parts ...string) uint64 {
		h := fnv.New64a()
		h.Write([]byte(strings.Join(parts, "\x00")))
		return h.Sum64() ^ s.plan.Seed
	}
	self := len(s.plan.Arms)
	best := map[string]int{}
	for _, m := range s.metrics() {
		a, b := s.pairs(0, self, m)
		e, of := calibrate(s.metric(m), a, b, alpha, seed("self", m))
		best[m] = of
		c := Comparison{Arm: s.plan.Arms[0].Name, Metric: m, Primary: slices.Contains(s.plan.Primary, m), Effect: e, BestOf: of, Gate: s.plan.Gate}
		c.Verdict = stat.Judge(e, e.P <= alpha, s.plan.Gate, s.metric(m).More)
		calibration[m] = c
	}
	plain, wall := calibration["wall"], "wall"
	if less, ok := calibration["undelayed"]; ok && steadier(less.Effect, plain.Effect) {
		wall = "undelayed"
		less.Metric, less.Primary, less.Less = "wall", plain.Primary, true
		calibration["wall"] = less
	}
	type test struct {
		arm    int
		metric string
	}
	var tested []test
	var ps []float64
	for arm := 1; arm < len(s.plan.Arms); arm++ {
		if !active[arm] {
			continue
		}
		final[arm] = map[string]Comparison{}
		for _, m := range s.metrics() {
			from, self := m, calibration[m].Effect
			if m == "wall" {
				if from = wall; from != "wall" && !s.waitAlike(arm, seed(s.plan.Arms[arm].Name, "waits")) {
					from, self = "wall", plain.Effect
				}
			}
			x, y := s.pairs(0, arm, from)
			if len(x) == 0 {
				continue
			}
			primary := slices.Contains(s.plan.Primary, m)
			level := perTest
			e := stat.Compare(stat.BestOf(x, best[from]), stat.BestOf(y, best[from]), level, seed(s.plan.Arms[arm].Name, m))
			gate := s.plan.Gate
			if !math.IsNaN(self.Ratio) {
				gate = math.Max(gate, math.Abs(math.Log(self.Ratio)))
			}
			final[arm][m] = Comparison{Arm: s.plan.Arms[arm].Name, Metric: m, Primary: primary, Effect: e, BestOf: best[from], Less: from != m, Gate: gate}
			if primary {
				tested, ps = append(tested, test{arm, m}), append(ps, e.P)
			}
		}
	}
	significant := stat.Holm(ps, alpha)
	for i, t := range tested {
		c := final[t.arm][t.metric]
		c.Verdict = stat.Judge(c.Effect, significant[i], c.Gate, s.metric(t.metric).More)
		if c.Verdict.Word == stat.NoDifference && c.Verdict.Above > 2*s.plan.Gate && len(s.runs[0]) < looks[len(looks)-1] {
			// Fine enough for how much the baseline wanders, but not for what was asked, and there is time left.
			c.Verdict = stat.Verdict{Word: stat.Inconclusive, More: looks[len(looks)-1] - len(s.runs[0])}
		} else {
			c.Verdict.More *= c.BestOf
		}
		if w := calibration[t.metric].Verdict.Word; w == stat.Faster || w == stat.Slower {
			c.Verdict = stat.Verdict{Word: stat.Refused, Why: "the baseline differs from itself; the machine is not fit to measure on"}
		}
		if c.Verdict.Word == stat.Faster && s.errs[t.arm] > 0 {
			lowArm, _ := stat.Wilson(s.errs[t.arm], s.count[t.arm])
			if s.errs[0] == 0 || lowArm > float64(s.errs[0])/float64(s.count[0]) {
				c.Verdict = stat.Verdict{Word: stat.Refused, Why: fmt.Sprintf("%d of %d runs ended in an error", s.errs[t.arm], s.count[t.arm])}
			}
		}
		final[t.arm][t.metric] = c
	}
	for arm := 1; arm < len(s.plan.Arms); arm++ {
		if !active[arm] {
			continue
		}
		settled := true
		for _, m := range s.plan.Primary {
			c, ok := final[arm][m]
			if !ok || c.Verdict.Word == stat.Inconclusive {
				settled = false
			}
		}
		active[arm] = !settled
		open = open || !settled
	}
	if len(s.plan.Arms) == 1 { // nothing to compare: measure until the baseline is known to the gate
		for _, m := range s.plan.Primary {
			if c, ok := calibration[m]; !ok || c.Verdict.Word == stat.Inconclusive {
				open = true
			}
		}
	}
	return open
}

// bests are how many runs in a row may stand for one: the quickest of them does.
var bests = []int{1, 4, 16}

// calibrate compares the baseline with itself, and decides how many runs make one value of a metric.
//
// What disturbs a whole process on a busy machine only ever delays it: with competitors for its processors the wall time of one run in
// four is twice the usual. The quickest of a few runs in a row is then a far steadier value than each of them, and the pairs of such
// values need a tenth of the runs to tell the same difference. On a quiet machine it is the other way round. Which it is, the baseline's
// pairs with itself tell: the other arms have no part in the choice, so it cannot favour one of them.
func calibrate(metric Metric, a, b []float64, alpha float64, seed uint64) (stat.Effect, int) {
	e, of := stat.Compare(a, b, alpha, seed), 1
	if metric.Unit != "ns" || strings.HasPrefix(metric.Name, "latency.") {
		return e, of // no time of a whole process
	}
	for _, g := range bests[1:] {
		if len(a)/g < stat.FirstLook {
			break
		}
		if got := stat.Compare(stat.BestOf(a, g), stat.BestOf(b, g), alpha, seed); steadier(got, e) {
			e, of = got, g
		}
	}
	return e, of
}

// steadier says whether the baseline's pairs with itself are clearly steadier in one form than in another. The plain form is kept unless the
// gain is clear: its verdict is about the typical run.
func steadier(e, than stat.Effect) bool {
	return math.Log(e.High/e.Low) < 0.8*math.Log(than.High/than.Low)
}

// waitAlike says whether an arm's first thread waits for a processor about as much of its time as the baseline's.
//
// What lengthens a run on a busy machine is mostly the time for which it is ready but others have the processors. The kernel counts it, so it
// can be taken off: what is left is several times steadier, and a slowdown of the work is a slowdown of it. That is right only while the
// wait comes from the machine. An arm that waits for itself, because it starts more threads than there are processors, is slower for that:
// then nothing is taken off.
func (s *Session) waitAlike(arm int, seed uint64) bool {
	var x, y []float64
	for i := range s.runs[0] {
		a, b := s.runs[0][i], s.runs[arm][i]
		if a == nil || b == nil || a["undelayed"] <= 0 || b["undelayed"] <= 0 {
			continue
		}
		x, y = append(x, a["wall"]/a["undelayed"]), append(y, b["wall"]/b["undelayed"])
	}
	const alpha = 0.01
	return stat.Compare(x, y, alpha, seed).P > alpha
}

func (s *Session) progress(final []map[string]Comparison, calibration map[string]Comparison) string {
	var parts []string
	for arm := 1; arm < len(final); arm++ {
		for _, m := range s.plan.Primary {
			if c, ok := final[arm][m]; ok {
				parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %s %s", s.short(arm), m, c.Verdict)))
			}
		}
	}
	if len(parts) == 0 {
		for _, m := range s.plan.Primary {
			parts = append(parts, fmt.Sprintf("%s repeats within %s", m, stat.Percent(calibration[m].Effect.High-1)))
		}
	}
	return strings.Join(parts, "; ")
}

// short is the arm's name where it is needed to tell arms apart.
func (s *Session) short(arm int) string {
	if len(s.plan.Arms) == 2 {
		return ""
	}
	return s.plan.Arms[arm].Name
}

func (s *Session) fill(r *Result, final []map[string]Comparison, calibration map[string]Comparison, memory []proc.Sample) {
	names := s.metrics()
	for _, m := range names {
		r.Units[m] = s.metric(m).Unit
		r.Calibration = append(r.Calibration, calibration[m])
	}
	for arm := 1; arm < len(s.plan.Arms); arm++ {
		for _, m := range names {
			if c, ok := final[arm][m]; ok {
				r.Comparisons = append(r.Comparisons, c)
			}
		}
		for _, m := range s.plan.Primary {
			if _, ok := final[arm][m]; !ok {
				why := "no run gave this metric"
				if s.errs[arm] > 0 {
					why = fmt.Sprintf("%d of %d runs ended in an error: %s", s.errs[arm], s.count[arm], s.first[arm])
				}
				r.Comparisons = append(r.Comparisons, Comparison{
					Arm: s.plan.Arms[arm].Name, Metric: m, Primary: true, Gate: s.plan.Gate,
					Effect:  stat.Effect{Ratio: 1, High: 1, Low: 1, Low95: 1, Hi95: 1, P: 1},
					Verdict: stat.Verdict{Word: stat.Refused, Why: why},
				})
			}
		}
	}
	for i, a := range s.plan.Arms {
		out := ArmResult{Arm: a, Runs: s.count[i], Errors: s.errs[i], FirstError: s.first[i], Median: map[string]float64{}, Values: map[string][]float64{}}
		if i == 0 { // both selves of the baseline are runs of it
			out.Runs += s.count[len(s.plan.Arms)]
			out.Errors += s.errs[len(s.plan.Arms)]
			if out.FirstError == "" {
				out.FirstError = s.first[len(s.plan.Arms)]
			}
		}
		out.ErrorLow, out.ErrorHigh = stat.Wilson(out.Errors, out.Runs)
		for b, values := range s.runs[i] {
			if values == nil {
				continue
			}
			out.Block = append(out.Block, b)
		}
		for _, m := range names {
			var xs []float64
			for _, values := range s.runs[i] {
				if values == nil {
					continue
				}
				if v, ok := values[m]; ok {
					xs = append(xs, v)
				}
			}
			if len(xs) > 0 {
				out.Values[m] = xs
				out.Median[m] = stat.Median(xs)
			}
		}
		if _, ok := out.Median["memory"]; !ok && memory[i].Peak > 0 {
			out.Median["memory"] = float64(memory[i].Peak)
		}
		if memory[i].PSS > 0 {
			out.Median["pss"] = float64(memory[i].PSS)
			r.Units["pss"] = "bytes"
			r.Units["memory"] = "bytes"
		}
		out.Interpreter = probeArm(a)
		r.Arms = append(r.Arms, out)
	}
	if r.Machine.StealShare > 0.02 {
		r.Notes = append(r.Notes, fmt.Sprintf("other tenants took %s of the processor time during the session", stat.Percent(r.Machine.StealShare)))
	}
	if r.Stopped == "interrupted" {
		r.Notes = append(r.Notes, "the session was interrupted; only looks that were fixed beforehand can give a verdict")
	}
}
