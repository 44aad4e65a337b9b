// Package stat decides whether two sets of measurements differ. It holds the statistics of `roadworthy bench` and the intervals
// of `roadworthy profile`, and nothing that touches a process, a clock or a file.
//
// The unit is the pair: two fresh processes, one of each arm, run one after the other in random order. A pair gives one number,
// the log of the ratio of its two values. Whatever made both slow (another tenant, a throttled core) cancels in it, and if the
// arms are the same then swapping them is as likely as not, so the log ratios are symmetric around zero whatever their
// distribution is. That symmetry is all the permutation test needs.
//
//   - [Effect]: the midmean of the log ratios with its p value and interval, from [Compare]; [BestOf] makes one value of several runs.
//   - [Looks]: when a session may look at its data, and how much of the error budget each look costs.
//   - [Judge]: the verdict.
//   - [Holm], [Wilson], [Quantile], [BlockBootstrap]: what else the reports need.
//
// Everything is deterministic for a given seed.
package stat

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// trim is the share cut from each end before averaging. With 25 % at each end the statistic is the midmean: it keeps a quarter more
// efficiency than the median on clean data and ignores the one run in ten that a busy machine makes three times too long.
const trim = 0.25

// Midmean returns the mean of the middle half of xs, which it does not change.
func Midmean(xs []float64) float64 {
	s := slices.Clone(xs)
	slices.Sort(s)
	return midmeanSorted(s)
}

// midmeanSorted weighs the two values at the edges of the middle half by the part of them that lies inside it, so the statistic
// changes smoothly with the number of values.
func midmeanSorted(s []float64) float64 {
	n := float64(len(s))
	if n == 0 {
		return math.NaN()
	}
	cut := trim * n
	lo, hi := cut, n-cut
	var sum, weight float64
	for i := int(lo); i < len(s) && float64(i) < hi; i++ {
		w := math.Min(float64(i+1), hi) - math.Max(float64(i), lo)
		sum += w * s[i]
		weight += w
	}
	return sum / weight
}

// Quantile returns the q-quantile of xs (0 ≤ q ≤ 1) by linear interpolation between order statistics.
func Quantile(xs []float64, q float64) float64 {
	if len(xs) == 0 {
		return math.NaN()
	}
	s := slices.Clone(xs)
	slices.Sort(s)
	return quantileSorted(s, q)
}

func quantileSorted(s []float64, q float64) float64 {
	at := q * float64(len(s)-1)
	i := int(at)
	if i >= len(s)-1 {
		return s[len(s)-1]
	}
	return s[i] + (at-float64(i))*(s[i+1]-s[i])
}

// Median is the 0.5-quantile.
func Median(xs []float64) float64 { return Quantile(xs, 0.5) }

// Mean is the arithmetic mean.
func Mean(xs []float64) float64 {
	var sum float64
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// BestOf returns the smallest of every n values in a row; a rest of fewer is left out.
func BestOf(xs []float64, n int) []float64 {
	if n <= 1 {
		return xs
	}
	out := make([]float64, 0, len(xs)/n)
	for ; len(xs) >= n; xs = xs[n:] {
		out = append(out, slices.Min(xs[:n]))
	}
	return out
}

// An Effect is how far arm B is from arm A over a number of pairs. Ratios are B ÷ A: 1.03 means B is 3 % more.
type Effect struct {
	Pairs int     `json:"pairs"`
	Ratio float64 `json:"ratio"`
	Low   float64 `json:"low"`  // interval at 1 − alpha, as asked
	High  float64 `json:"high"` // interval at 1 − alpha, as asked
	Low95 float64 `json:"low95"`
	Hi95  float64 `json:"high95"`
	P     float64 `json:"p"` // two-sided p value of the sign-flip permutation test on signed ranks
}

const (
	flips     = 20000 // Monte-Carlo sign flips; all of them are enumerated when there are fewer
	resamples = 4000
)

// Compare measures B against A over pairs (a[i], b[i]); all values must be positive. The interval has the two-sided level 1 − alpha.
func Compare(a, b []float64, alpha float64, seed uint64) Effect {
	d := make([]float64, 0, len(a))
	for i := range a {
		if a[i] > 0 && b[i] > 0 {
			d = append(d, math.Log(b[i]/a[i]))
		}
	}
	e := Effect{Pairs: len(d), Ratio: math.NaN(), Low: 0, High: math.Inf(1), Low95: 0, Hi95: math.Inf(1), P: 1}
	if len(d) < 2 {
		return e
	}
	rng := rand.New(rand.NewPCG(seed, 0x6f61647765617279))
	slices.Sort(d)
	center := midmeanSorted(d)
	e.Ratio = math.Exp(center)
	e.P = signFlip(d, rng)
	lo, hi := bootstrap(d, center, []float64{alpha, 0.05}, rng)
	e.Low, e.High = math.Exp(lo[0]), math.Exp(hi[0])
	e.Low95, e.Hi95 = math.Exp(lo[1]), math.Exp(hi[1])
	return e
}

// signFlip is the paired permutation test. Under the null hypothesis every pattern of signs of the log ratios is equally likely; p is
// the share of patterns whose signed ranks add up to at least as much, either way, as the observed ones.
//
// Ranks rather than the midmean itself: the midmean looks at half of the pairs, so that even sixteen equal differences would leave it
// at p = 0.08, while their signed ranks are beyond any other pattern but one.
func signFlip(d []float64, rng *rand.Rand) float64 {
	n := len(d)
	order := slices.Clone(d)
	slices.SortFunc(order, func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
	rank := make([]float64, n)
	var observed float64
	for i := 0; i < n; {
		j := i
		for j < n && math.Abs(order[j]) == math.Abs(order[i]) {
			j++
		}
		for k := i; k < j; k++ {
			rank[k] = float64(i+j+1) / 2 // the mean rank of equal sizes
			if order[k] > 0 {
				observed += rank[k]
			} else if order[k] < 0 {
				observed -= rank[k]
			} else {
				rank[k] = 0
			}
		}
		i = j
	}
	limit := math.Abs(observed) - 1e-9
	extreme, total := 0, 0
	if n <= 14 { // 2^14 = 16,384 patterns: take them all
		for p := 0; p < 1<<n; p++ {
			var sum float64
			for i, r := range rank {
				if p>>i&1 == 1 {
					r = -r
				}
				sum += r
			}
			if math.Abs(sum) >= limit {
				extreme++
			}
			total++
		}
		return float64(extreme) / float64(total)
	}
	for range flips {
		var sum float64
		var bits uint64
		for i, r := range rank {
			if i%64 == 0 {
				bits = rng.Uint64()
			}
			if bits>>(i%64)&1 == 1 {
				r = -r
			}
			sum += r
		}
		if math.Abs(sum) >= limit {
			extreme++
		}
		total++
	}
	return float64(extreme+1) / float64(total+1)
}

// bootstrap returns, for each two-sided alpha, the percentile interval of the midmean of d (sorted), widened for small samples by
// t(n−1)/z · √(n/(n−1)) (Hesterberg 2015, "What Teachers Should Know about the Bootstrap", section 5.3).
func bootstrap(d []float64, center float64, alphas []float64, rng *rand.Rand) (lo, hi []float64) {
	n := len(d)
	stats := make([]float64, resamples)
	count := make([]int32, n)
	cutLo, cutHi := trim*float64(n), float64(n)-trim*float64(n)
	for r := range stats {
		clear(count)
		for range n {
			count[rng.IntN(n)]++
		}
		// The resample in order is d with each value repeated count times: walk it without building it.
		var at, sum float64
		for i, c := range count {
			if c == 0 {
				continue
			}
			next := at + float64(c)
			if w := math.Min(next, cutHi) - math.Max(at, cutLo); w > 0 {
				sum += w * d[i]
			}
			if at = next; at >= cutHi {
				break
			}
		}
		stats[r] = sum / (cutHi - cutLo)
	}
	slices.Sort(stats)
	for _, alpha := range alphas {
		widen := TQuantile(1-alpha/2, n-1) / normalQuantile(1-alpha/2) * math.Sqrt(float64(n)/float64(n-1))
		// The order statistic is taken outwards: 4,000 resamples hold few values beyond a 99.9 % limit.
		l := stats[int(math.Floor(alpha/2*float64(resamples-1)))]
		h := stats[int(math.Ceil((1-alpha/2)*float64(resamples-1)))]
		lo = append(lo, center-(center-l)*widen)
		hi = append(hi, center+(h-center)*widen)
	}
	return lo, hi
}

// BlockBootstrap returns the two-sided interval, at the level 1 − alpha, of a ratio of sums: num and den hold, for every block of time, what falls in the numerator
// and in the denominator. Blocks, not samples, are drawn: samples that follow each other are not independent.
func BlockBootstrap(num, den []float64, alpha float64, seed uint64) (low, high float64) {
	n := len(num)
	if n == 0 {
		return 0, 1
	}
	rng := rand.New(rand.NewPCG(seed, 0x626c6f636b))
	out := make([]float64, 0, 2000)
	for range 2000 {
		var a, b float64
		for range n {
			i := rng.IntN(n)
			a += num[i]
			b += den[i]
		}
		if b > 0 {
			out = append(out, a/b)
		}
	}
	if len(out) == 0 {
		return 0, 1
	}
	slices.Sort(out)
	low, high = quantileSorted(out, alpha/2), quantileSorted(out, 1-alpha/2)
	if n < 2 { // one block says nothing about how blocks differ
		return 0, 1
	}
	var a, b float64
	for i := range num {
		a += num[i]
		b += den[i]
	}
	widen := TQuantile(1-alpha/2, n-1) / normalQuantile(1-alpha/2) * math.Sqrt(float64(n)/float64(n-1))
	mid := a / b
	return math.Max(0, mid-(mid-low)*widen), math.Min(1, mid+(high-mid)*widen)
}

// Wilson is the 95 % score interval of k failures in n runs (Wilson 1927); it does not collapse when k is 0.
func Wilson(k, n int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	return WilsonShare(float64(k)/float64(n), float64(n), 0.05)
}

// Holm returns, for each p value, whether it is rejected at family-wise level alpha (Holm 1979).
func Holm(ps []float64, alpha float64) []bool {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case ps[i] < ps[j]:
			return -1
		case ps[i] > ps[j]:
			return 1
		}
		return 0
	})
	out := make([]bool, len(ps))
	for rank, i := range order {
		if ps[i] > alpha/float64(len(ps)-rank) {
			break
		}
		out[i] = true
	}
	return out
}

// WilsonShare is the two-sided score interval of a share seen in n looks.
func WilsonShare(p, n, alpha float64) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	z := normalQuantile(1 - alpha/2)
	center := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return math.Max(0, center-half), math.Min(1, center+half)
}

// normalQuantile inverts the normal distribution function by way of the error function of the standard library.
func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

// TQuantile inverts the distribution function of Student's t with df degrees of freedom by bisection.
func TQuantile(p float64, df int) float64 {
	if df < 1 {
		return math.Inf(1)
	}
	lo, hi := 0.0, 1e4
	if p < 0.5 {
		return -TQuantile(1-p, df)
	}
	for range 100 {
		mid := (lo + hi) / 2
		if TCDF(mid, float64(df)) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// TCDF is Student's t distribution function.
func TCDF(t, df float64) float64 {
	x := df / (df + t*t)
	tail := incompleteBeta(df/2, 0.5, x) / 2
	if t < 0 {
		return tail
	}
	return 1 - tail
}

// incompleteBeta is the regularised incomplete beta function, by the continued fraction of Lentz (Numerical Recipes 6.4).
func incompleteBeta(a, b, x float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab - la - lb + a*math.Log(x) + b*math.Log1p(-x))
	if x >= (a+1)/(a+b+2) {
		return 1 - incompleteBeta(b, a, 1-x)
	}
	const tiny = 1e-300
	c, d := 1.0, 1-(a+b)*x/(a+1)
	if math.Abs(d) < tiny {
		d = tiny
	}
	d = 1 / d
	f := d
	for m := 1.0; m <= 500; m++ {
		for _, num := range [2]float64{m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m)), -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))} {
			d = 1 + num*d
			if math.Abs(d) < tiny {
				d = tiny
			}
			c = 1 + num/c
			if math.Abs(c) < tiny {
				c = tiny
			}
			d = 1 / d
			f *= c * d
		}
		if math.Abs(c*d-1) < 1e-14 {
			break
		}
	}
	return front * f / a
}
