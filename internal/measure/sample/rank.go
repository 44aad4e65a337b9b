package sample

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/measure/stat"
)

// A Fix is what could be done about a category, and what it can gain at most.
//
// If a share f of the time in which work is done belongs to a category, then removing it altogether makes the work at most 1/(1−f)
// times as fast (Amdahl 1967). The interval comes from drawing seconds of the profile with replacement: looks that follow each other
// are not independent. What is stated as "at most" is the upper end of that interval.
type Fix struct {
	Category Category `json:"category"`
	Share    float64  `json:"share"`
	Low      float64  `json:"share_low"`
	High     float64  `json:"share_high"`
	Gain     float64  `json:"gain"`             // 1/(1−share)
	GainLow  float64  `json:"gain_low"`         // at the lower end
	AtMost   float64  `json:"at_most"`          // at the upper end: the bound
	What     string   `json:"what"`             // the fix
	Worth    bool     `json:"worth"`            // AtMost ≥ [WorthIt]
	Evidence string   `json:"evidence"`         // the strongest evidence behind the category
	Where    string   `json:"where"`            // the function of the program's own that leads there most
	Time     float64  `json:"seconds"`          // thread time
	Capped   string   `json:"capped,omitempty"` // why the bound is lower than the share alone would give
}

// WorthIt is the bound below which nothing should be optimised.
const WorthIt = 1.05

// boundAlpha is the chance that a share lies outside of its interval.
const boundAlpha = 0.01

var remedies = map[Category]string{
	Database:      "fewer or faster queries: indexes, one query for many, not fetching what is not used",
	Cache:         "fewer round trips: pipelining, or keeping values in the process",
	Queue:         "publishing in batches or after the response",
	API:           "calling in parallel, caching answers, or not waiting for them",
	LLM:           "smaller prompts, streaming, caching answers, a smaller model",
	Serialization: "a faster serializer, or sending less",
	Model:         "batching, a smaller or quantised model, other hardware",
	Template:      "caching rendered parts",
	Filesystem:    "reading less, reading once, or a faster disk",
	LockWait:      "holding the lock for less, or not sharing what it protects",
	GILWait:       "processes instead of threads, or a free-threaded interpreter",
	Garbage:       "fewer container objects, gc.freeze() after start-up, a higher threshold",
	Import:        "importing later or less",
	Interpreter:   "a newer interpreter, a JIT, or moving the hot loop to native code",
	NativeCode:    "a better algorithm or library for the native part",
	Sleeping:      "waiting for the event instead of for the clock",
	Process:       "doing the work in this process, or in parallel",
	Starvation:    "more processors, or fewer competitors: this is not Python's fault",
}

// Rank lists what could be fixed, the largest bound first.
func (p *Profile) Rank() []Fix {
	path := p.firstBusy > p.Length/20
	of := func(s *span) (map[Category]time.Duration, time.Duration) {
		if path {
			return s.path.by, s.path.starved
		}
		return s.requests.by, s.requests.starved
	}
	by := map[Category]time.Duration{}
	var work, starved time.Duration
	for i := range p.spans {
		m, missing := of(&p.spans[i])
		for c, d := range m {
			by[c] += d
			work += d
		}
		starved += missing
	}
	if work == 0 {
		return nil
	}
	if starved > 0 {
		by[Starvation] = starved // beside the categories, not among them: a shortage lengthens whatever needs a processor
	}
	// Blocks of about a twentieth of the profile, and never longer than a second.
	per := int(min(max(p.Length/20/spanLength, 1), time.Second/spanLength))
	var out []Fix
	for c, t := range by {
		what, ok := remedies[c]
		if !ok || t == 0 {
			continue
		}
		f := Fix{Category: c, Share: float64(t) / float64(work), What: what, Time: t.Seconds()}
		var num, den []float64
		for i := range p.spans {
			in, missing := of(&p.spans[i])
			if i%per == 0 {
				num, den = append(num, 0), append(den, 0)
			}
			n := len(num) - 1
			for k, d := range in {
				if k == c {
					num[n] += float64(d)
				}
				den[n] += float64(d)
			}
			if c == Starvation {
				num[n] += float64(missing)
			}
		}
		f.Low, f.High = stat.WilsonShare(f.Share, float64(p.busy), boundAlpha)
		if !p.whole {
			low, high := stat.BlockBootstrap(num, den, boundAlpha, uint64(len(c)))
			f.Low, f.High = min(f.Low, low), max(f.High, high)
		}
		gain := func(x float64) float64 {
			if x > 0.999 {
				return 1000
			}
			return 1 / (1 - x)
		}
		f.Gain, f.GainLow, f.AtMost = gain(f.Share), gain(f.Low), gain(f.High)
		if c == GILWait || c == Starvation {
			// Threads that wait no longer need processors to run on.
			if most := p.parallelBound(c); most < f.AtMost {
				f.AtMost, f.Capped = most, fmt.Sprintf("%d processors", p.Cores)
				f.Gain, f.GainLow = min(f.Gain, most), min(f.GainLow, most)
			}
		}
		f.Worth = f.AtMost >= WorthIt
		f.Evidence, f.Where = p.evidence(c)
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Fix) int {
		switch {
		case a.AtMost > b.AtMost:
			return -1
		case a.AtMost < b.AtMost:
			return 1
		}
		return strings.Compare(string(a.Category), string(b.Category))
	})
	return out
}

// parallelBound is the most that can be gained when a wait for the GIL or for a processor goes away: the work that was done one after
// the other is spread over the processors, and cannot go faster than they allow.
func (p *Profile) parallelBound(c Category) float64 {
	var cpu time.Duration
	for _, s := range p.Stacks {
		cpu += s.CPU
	}
	busy := float64(cpu) / float64(p.Length) // processors in use on average
	if busy <= 0 {
		return 1
	}
	return max(1, float64(p.Cores)/busy)
}

// evidence names the strongest evidence of a category and the function of the user's own code that leads there most.
func (p *Profile) evidence(c Category) (why, where string) {
	whys, wheres := map[string]time.Duration{}, map[string]time.Duration{}
	for _, s := range p.Stacks {
		if s.Category != c && !(c == Starvation && s.State == Starved) {
			continue
		}
		whys[s.Evidence] += s.Weight
		if own := ownFrame(s.Frames); own != "" {
			wheres[own] += s.Weight
		}
	}
	most := func(m map[string]time.Duration) (best string) {
		for k, v := range m {
			if best == "" || v > m[best] || (v == m[best] && k < best) {
				best = k
			}
		}
		return best
	}
	return most(whys), most(wheres)
}

// ownFrame is the leaf-most frame that is neither installed nor the standard library's. Of a program that is itself installed it is the
// leaf-most installed one: a start script of two lines says nothing.
func ownFrame(frames []Place) string {
	for _, of := range []func(Place) bool{
		func(f Place) bool { return own(f.File) && !strings.Contains(f.File, "/bin/") },
		func(f Place) bool { return installed(f.File) },
		func(f Place) bool { return own(f.File) },
	} {
		if i := slices.IndexFunc(frames, of); i >= 0 {
			f := frames[i]
			return fmt.Sprintf("%s (%s:%d)", f.Name, shortFile(f.File), f.Line)
		}
	}
	return ""
}
