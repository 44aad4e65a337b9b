package proof

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

// Tolerances of floats. Both programs run with one thread of linear algebra in one environment, so most results agree bit for bit; what
// does not may be summed in another order.
const (
	tolerance64 = 1e-9
	tolerance32 = 1e-6
	// noise is what an element may be off by the rounding of its neighbours: a share of the array's largest.
	noise = 1e-13
)

// A Comparison is what holding two values against each other gave.
type Comparison struct {
	Verdict    Verdict
	How        string
	Difference string
}

// worse orders verdicts; the verdict on a compound is the worst of its parts.
var worse = map[Verdict]int{Identical: 0, Within: 1, Normalized: 2, Opaque: 3, Different: 4, Missing: 5}

// A comparer holds values of one trace against those of another.
type comparer struct {
	left, right *oracle.Trace
	// unordered: an order of the left value is known to come from hashes, so lists may be compared as multisets.
	unordered bool

	verdict    Verdict
	how        []string
	difference string
	parts      int // opaque parts inside compounds
}

// compareValues compares two canonical values by fingerprint, of the trace each is in.
func compareValues(left *oracle.Trace, a string, right *oracle.Trace, b string, stability oracle.Stability) Comparison {
	if a == b && a != "" {
		v, err := left.Value(a)
		if err == nil && v.Kind == "opaque" && (v.Text == "" || strings.HasPrefix(v.Text, "not looked into")) {
			return Comparison{Verdict: Opaque, How: "both are " + v.Type}
		}
		return Comparison{Verdict: Identical}
	}
	va, err := left.Value(a)
	if err != nil {
		return Comparison{Verdict: Different, Difference: "the original's value was not kept: " + err.Error()}
	}
	vb, err := right.Value(b)
	if err != nil {
		return Comparison{Verdict: Different, Difference: "the result's value was not kept: " + err.Error()}
	}
	return compareTrees(left, va, right, vb, stability)
}

func compareTrees(left *oracle.Trace, a *oracle.Value, right *oracle.Trace, b *oracle.Value, stability oracle.Stability) Comparison {
	c := &comparer{left: left, right: right, unordered: stability == oracle.NeedsOrder, verdict: Identical}
	c.value("", a, b)
	if c.parts > 0 && c.verdict != Different {
		c.note(Normalized, strconv.Itoa(c.parts)+" parts compared by type only")
	}
	return Comparison{Verdict: c.verdict, How: strings.Join(c.how, "; "), Difference: c.difference}
}

func (c *comparer) note(v Verdict, how string) {
	if worse[v] > worse[c.verdict] {
		c.verdict = v
	}
	if how == "" {
		return
	}
	for _, h := range c.how {
		if h == how {
			return
		}
	}
	if len(c.how) < 6 {
		c.how = append(c.how, how)
	}
}

func (c *comparer) differ(path, format string, args ...any) {
	c.verdict = Different
	if c.difference == "" {
		text := fmt.Sprintf(format, args...)
		if path != "" {
			text = strings.TrimPrefix(path, ", ") + ": " + text
		}
		c.difference = text
	}
}

// trial compares without consequences: what would the verdict be?
func (c *comparer) trial(a, b *oracle.Value) bool {
	t := &comparer{left: c.left, right: c.right, unordered: c.unordered, verdict: Identical}
	t.value("", a, b)
	return t.verdict != Different
}

func (c *comparer) value(path string, a, b *oracle.Value) {
	if c.verdict == Different {
		return
	}
	if a.Kind != b.Kind {
		if a.Kind == "callable" && b.Kind == "object" && b.Type == "functools.partial" && len(b.Items) > 0 {
			c.note(Normalized, "a function with arguments bound")
			c.value(path, a, b.Items[0])
			return
		}
		c.differ(path, "%s ≠ %s", describe(a), describe(b))
		return
	}
	switch a.Kind {
	case "float", "complex":
		c.floats(path, a, b)
		c.scalarType(path, a, b)
	case "int", "bool":
		if a.Text != b.Text {
			c.differ(path, "%s ≠ %s", a.Text, b.Text)
			return
		}
		c.scalarType(path, a, b)
	case "str", "bytes":
		if a.Text != b.Text || a.Hash != b.Hash {
			if a.Hash == "" && oracle.MaskAddresses(a.Text) == oracle.MaskAddresses(b.Text) {
				c.note(Normalized, "addresses masked")
			} else {
				c.differ(path, "%s", textDifference(a.Text, b.Text))
			}
		}
		if len(a.Items) == len(b.Items) {
			for i := range a.Items {
				c.value(path, a.Items[i], b.Items[i])
			}
		}
		c.scalarType(path, a, b)
	case "none":
	case "date", "callable", "ref":
		if a.Type != b.Type || a.Text != b.Text {
			c.differ(path, "%s ≠ %s", describe(a), describe(b))
		}
	case "opaque":
		switch {
		case a.Type != b.Type:
			c.differ(path, "%s ≠ %s", describe(a), describe(b))
		case a.Text != b.Text:
			c.differ(path, "%s ≠ %s", describe(a), describe(b))
		case path == "":
			c.note(Opaque, "both are "+a.Type)
		case a.Text == "" || strings.HasPrefix(a.Text, "not looked into"):
			c.parts++
		}
	case "array":
		c.array(path, a, b)
	case "list", "tuple":
		c.sequence(path, a, b)
	case "set":
		c.items(path, a, b, "element")
	case "dict":
		c.dict(path, a, b)
	case "index":
		c.index(path, a, b)
	case "frame":
		c.frame(path, a, b)
	case "series":
		c.series(path, a, b)
	case "image":
		c.image(path, a, b)
	case "markup":
		if x, y := normalMarkup(a.Text), normalMarkup(b.Text); x != y {
			c.differ(path, "%s", textDifference(x, y))
		} else if a.Text != b.Text {
			c.note(Normalized, "markup as a tree, identities and dates left out")
		}
	default: // object, estimator, figure
		c.object(path, a, b)
	}
}

// scalarType: a numpy scalar and a Python number of the same value are equal after normalization, two numpy types are not.
func (c *comparer) scalarType(path string, a, b *oracle.Value) {
	switch {
	case a.Type == b.Type:
	case a.Type == "" || b.Type == "":
		c.note(Normalized, "numpy scalar as Python's")
	default:
		c.differ(path, "%s ≠ %s", a.Type, b.Type)
	}
}

func (c *comparer) floats(path string, a, b *oracle.Value) {
	if a.Text == b.Text {
		return
	}
	xs, ys := strings.Fields(a.Text), strings.Fields(b.Text)
	for i := range xs {
		x, y := parseFloat(xs[i]), math.NaN()
		if i < len(ys) {
			y = parseFloat(ys[i])
		}
		c.close(path, x, y, limitFor(a.Type), 0)
	}
}

func limitFor(dtype string) float64 {
	switch dtype {
	case "float32", "float16", "complex64", "Float32":
		return tolerance32
	}
	return tolerance64
}

func (c *comparer) close(path string, x, y, relative, absolute float64) {
	if x == y || math.IsNaN(x) && math.IsNaN(y) {
		return
	}
	if d := math.Abs(x - y); !math.IsInf(d, 0) && d <= relative*math.Max(math.Abs(x), math.Abs(y)) || d <= absolute {
		c.note(Within, fmt.Sprintf("relative %.0e", relative))
		return
	}
	c.differ(path, "%s ≠ %s", strconv.FormatFloat(x, 'g', -1, 64), strconv.FormatFloat(y, 'g', -1, 64))
}

// parseFloat reads what float.hex writes, and nan and inf.
func parseFloat(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return f
}

func (c *comparer) sequence(path string, a, b *oracle.Value) {
	if a.Type != b.Type {
		c.differ(path, "%s ≠ %s", describe(a), describe(b))
		return
	}
	if c.unordered && len(a.Items) == len(b.Items) && a.Hash == "" && b.Hash == "" {
		for i := range a.Items {
			if !c.trial(a.Items[i], b.Items[i]) {
				c.multiset(path, a, b)
				return
			}
		}
	}
	c.items(path, a, b, "item")
}

func (c *comparer) multiset(path string, a, b *oracle.Value) {
	used := make([]bool, len(b.Items))
next:
	for _, x := range a.Items {
		for j, y := range b.Items {
			if !used[j] && c.trial(x, y) {
				used[j] = true
				continue next
			}
		}
		c.differ(path, "%s is not in the result", describe(x))
		return
	}
	c.note(Normalized, "order that comes from hashes")
}

func (c *comparer) items(path string, a, b *oracle.Value, word string) {
	if len(a.Items) != len(b.Items) || a.Size != b.Size {
		c.differ(path, "%d %ss ≠ %d", max(int64(len(a.Items)), a.Size), word, max(int64(len(b.Items)), b.Size))
		return
	}
	for i := range a.Items {
		c.value(path+fmt.Sprintf(", %s %d", word, i), a.Items[i], b.Items[i])
	}
	if a.Hash != b.Hash && c.verdict != Different {
		c.differ(path, "they differ beyond the %d %ss that were kept", len(a.Items), word)
	}
}

func (c *comparer) dict(path string, a, b *oracle.Value) {
	if a.Type != b.Type {
		c.differ(path, "%s ≠ %s", describe(a), describe(b))
		return
	}
	if len(a.Items) != len(b.Items) || a.Size != b.Size {
		c.differ(path, "%d keys ≠ %d%s", max(int64(len(a.Items)/2), a.Size), max(int64(len(b.Items)/2), b.Size), missingKey(c, a, b))
		return
	}
	inOrder := true
	for i := 0; i < len(a.Items); i += 2 {
		if !c.trial(a.Items[i], b.Items[i]) {
			inOrder = false
			break
		}
	}
	if inOrder {
		for i := 0; i < len(a.Items); i += 2 {
			c.value(path+", key "+describe(a.Items[i]), a.Items[i+1], b.Items[i+1])
		}
	} else {
		used := make([]bool, len(b.Items))
	next:
		for i := 0; i < len(a.Items); i += 2 {
			for j := 0; j < len(b.Items); j += 2 {
				if !used[j] && c.trial(a.Items[i], b.Items[j]) {
					used[j] = true
					c.value(path+", key "+describe(a.Items[i]), a.Items[i+1], b.Items[j+1])
					continue next
				}
			}
			c.differ(path, "key %s is not in the result", describe(a.Items[i]))
			return
		}
		c.note(Normalized, "order of a dict's keys")
	}
	if a.Hash != b.Hash && c.verdict != Different {
		c.differ(path, "they differ beyond the %d keys that were kept", len(a.Items)/2)
	}
}

func missingKey(c *comparer, a, b *oracle.Value) string {
	has := func(x *oracle.Value, in *oracle.Value) bool {
		for j := 0; j < len(in.Items); j += 2 {
			if c.trial(x, in.Items[j]) {
				return true
			}
		}
		return false
	}
	for i := 0; i < len(a.Items) && i < 400; i += 2 {
		if !has(a.Items[i], b) {
			return ", " + describe(a.Items[i]) + " is missing"
		}
	}
	for i := 0; i < len(b.Items) && i < 400; i += 2 {
		if !has(b.Items[i], a) {
			return ", " + describe(b.Items[i]) + " is new"
		}
	}
	return ""
}

func (c *comparer) object(path string, a, b *oracle.Value) {
	if a.Type != b.Type || a.Text != b.Text {
		c.differ(path, "%s ≠ %s", describe(a), describe(b))
		return
	}
	if len(a.Names) == 0 && len(b.Names) == 0 {
		c.items(path, a, b, "item")
		return
	}
	at := map[string]*oracle.Value{}
	for i, n := range b.Names {
		if i < len(b.Items) {
			at[n] = b.Items[i]
		}
	}
	for i, n := range a.Names {
		if i >= len(a.Items) {
			break
		}
		y, ok := at[n]
		if !ok {
			c.differ(path, "%s is missing", n)
			return
		}
		c.value(path+", "+strings.TrimPrefix(strings.TrimPrefix(n, "p:"), "f:"), a.Items[i], y)
	}
	if len(a.Names) != len(b.Names) && c.verdict != Different {
		c.differ(path, "%d attributes ≠ %d", len(a.Names), len(b.Names))
	}
}

func (c *comparer) index(path string, a, b *oracle.Value) {
	if strings.Join(a.Names, "\x00") != strings.Join(b.Names, "\x00") {
		c.differ(path, "index named %q ≠ %q", strings.Join(a.Names, ", "), strings.Join(b.Names, ", "))
		return
	}
	x, xRange := ranged(a)
	y, yRange := ranged(b)
	switch {
	case xRange && yRange:
		if a.Text != b.Text && !(x.len() == 0 && y.len() == 0) {
			c.differ(path, "index range(%s) ≠ range(%s)", a.Text, b.Text)
		}
	case xRange || yRange:
		// A RangeIndex and an index that lists the same numbers.
		r, listed, of := x, b, c.right
		if yRange {
			r, listed, of = y, a, c.left
		}
		if len(listed.Items) == 1 && listed.Items[0].Type == "int64" {
			data, err := of.Blob(listed.Items[0])
			if err == nil && listed.Items[0].Size == 0 && r.equals(data) {
				c.note(Normalized, "a range and the index that lists it")
				return
			}
		}
		c.differ(path, "%s ≠ %s", describe(a), describe(b))
	case a.Type != b.Type:
		c.differ(path, "%s ≠ %s", describe(a), describe(b))
	default:
		if a.Text != b.Text {
			c.note(Normalized, "the index's frequency")
		}
		if len(a.Items) != len(b.Items) {
			c.differ(path, "%d index levels ≠ %d", len(a.Items), len(b.Items))
			return
		}
		for i := range a.Items {
			c.value(path+", index", a.Items[i], b.Items[i])
		}
	}
}

type span struct{ start, stop, step int64 }

func ranged(v *oracle.Value) (span, bool) {
	if v.Type != "RangeIndex" {
		return span{}, false
	}
	var s span
	_, err := fmt.Sscanf(v.Text, "%d,%d,%d", &s.start, &s.stop, &s.step)
	return s, err == nil && s.step != 0
}

func (s span) len() int64 {
	n := (s.stop - s.start + s.step - sign(s.step)) / s.step
	return max(n, 0)
}

func sign(n int64) int64 {
	if n < 0 {
		return -1
	}
	return 1
}

func (s span) equals(data []byte) bool {
	if int64(len(data)) != s.len()*8 {
		return false
	}
	for i := int64(0); i < s.len(); i++ {
		if intAt(data[i*8:], 8, true) != s.start+i*s.step {
			return false
		}
	}
	return true
}

func (c *comparer) frame(path string, a, b *oracle.Value) {
	if a.Type != b.Type {
		c.differ(path, "%s ≠ %s", describe(a), describe(b))
		return
	}
	if a.Text != b.Text {
		c.differ(path, "%s rows,columns ≠ %s%s", a.Text, b.Text, columnDifference(a.Names, b.Names))
		return
	}
	if len(a.Items) < 2 || len(a.Items) != len(b.Items) {
		c.differ(path, "they differ in their columns")
		return
	}
	c.value(path+", columns", a.Items[1], b.Items[1])
	c.value(path, a.Items[0], b.Items[0])
	for i := 2; i < len(a.Items); i++ {
		name := ""
		if i-2 < len(a.Names) {
			name = a.Names[i-2]
		}
		c.value(path+", column "+name, a.Items[i], b.Items[i])
	}
}

func columnDifference(a, b []string) string {
	in := map[string]bool{}
	for _, n := range b {
		in[n] = true
	}
	for _, n := range a {
		if !in[n] {
			return ", column " + n + " is missing"
		}
	}
	return ""
}

func (c *comparer) series(path string, a, b *oracle.Value) {
	if a.Type != b.Type || strings.Join(a.Names, "") != strings.Join(b.Names, "") {
		c.differ(path, "series %s of %s ≠ %s of %s", strings.Join(a.Names, ""), a.Type, strings.Join(b.Names, ""), b.Type)
		return
	}
	c.items(path, a, b, "part")
}

// describe is a value in a few words.
func describe(v *oracle.Value) string {
	switch v.Kind {
	case "float":
		return strconv.FormatFloat(parseFloat(v.Text), 'g', -1, 64)
	case "str":
		return strconv.Quote(cut(v.Text, 60))
	case "int", "bool", "date", "bytes":
		return cut(v.Text, 60)
	case "none":
		return "None"
	case "array":
		return fmt.Sprintf("%s array of shape (%s)", v.Type, v.Text)
	case "frame":
		return "DataFrame of " + v.Text
	case "list", "tuple", "set", "dict":
		n := max(int64(len(v.Items)), v.Size)
		if v.Kind == "dict" && v.Size == 0 {
			n /= 2
		}
		name := v.Kind
		if v.Type != "" {
			name = v.Type
		}
		return fmt.Sprintf("%s of %d", name, n)
	case "callable":
		return v.Type + " " + v.Text
	}
	if v.Type != "" {
		return strings.TrimSpace(v.Type + " " + cut(v.Text, 60))
	}
	return v.Kind
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// textDifference shows the first line in which two texts differ.
func textDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := 0; i < len(x) || i < len(y); i++ {
		var l, r string
		if i < len(x) {
			l = x[i]
		} else {
			return fmt.Sprintf("line %d is new: %q", i+1, cut(y[i], 80))
		}
		if i < len(y) {
			r = y[i]
		} else {
			return fmt.Sprintf("line %d is missing: %q", i+1, cut(l, 80))
		}
		if l != r {
			return fmt.Sprintf("line %d: %q ≠ %q", i+1, cut(l, 80), cut(r, 80))
		}
	}
	return "they differ beyond what was kept"
}

func (c *comparer) array(path string, a, b *oracle.Value) {
	if a.Type != b.Type || a.Text != b.Text {
		c.differ(path, "%s ≠ %s", describe(a), describe(b))
		return
	}
	if len(a.Items) > 0 || len(b.Items) > 0 { // objects or text
		c.items(path, a, b, "row")
		return
	}
	if a.Hash == b.Hash && a.Hash != "" {
		return
	}
	x, err := c.left.Blob(a)
	if err != nil {
		c.differ(path, "%v", err)
		return
	}
	y, err := c.right.Blob(b)
	if err != nil {
		c.differ(path, "%v", err)
		return
	}
	width, kind := element(a.Type)
	if len(x) != len(y) || width == 0 || len(x)%width != 0 {
		if !bytes.Equal(x, y) || a.Size != b.Size {
			c.differ(path, "%s arrays differ", a.Type)
		}
		return
	}
	n := len(x) / width
	step := 1
	if a.Size > 0 && n > 0 {
		step = int(a.Size) / n
	}
	limit, absolute := limitFor(a.Type), 0.0
	if kind == 'f' {
		top := 0.0
		for i := 0; i < n; i++ {
			if f := math.Abs(floatAt(x[i*width:], width)); f > top && !math.IsInf(f, 0) {
				top = f
			}
		}
		absolute = top * noise
		if limit == tolerance32 {
			absolute = top * 1e-7
		}
	}
	for i := 0; i < n && c.verdict != Different; i++ {
		l, r := x[i*width:(i+1)*width], y[i*width:(i+1)*width]
		if bytes.Equal(l, r) {
			continue
		}
		where := path + ", row " + strconv.Itoa(i*step)
		switch kind {
		case 'f':
			c.close(where, floatAt(l, width), floatAt(r, width), limit, absolute)
		case 'i', 'u', 'b':
			c.differ(where, "%d ≠ %d", intAt(l, width, kind == 'i'), intAt(r, width, kind == 'i'))
		default:
			c.differ(where, "%x ≠ %x", l, r)
		}
	}
	if a.Size > 0 && c.verdict != Different {
		if kind != 'f' {
			c.differ(path, "they differ beyond the %d elements that were kept", n)
			return
		}
		c.note(Within, fmt.Sprintf("relative %.0e, on %d of %d elements", limit, n, a.Size))
	}
}

// element is the width of a numpy dtype's elements and how to read them; 0 for those compared as bytes.
func element(dtype string) (width int, kind byte) {
	switch {
	case strings.HasPrefix(dtype, "datetime64"), strings.HasPrefix(dtype, "timedelta64"):
		return 8, 'i'
	case dtype == "complex128":
		return 8, 'f' // two floats each
	case dtype == "complex64":
		return 4, 'f'
	case dtype == "bool":
		return 1, 'b'
	}
	for _, p := range []struct {
		prefix string
		kind   byte
	}{{"float", 'f'}, {"uint", 'u'}, {"int", 'i'}} {
		if bits, ok := strings.CutPrefix(dtype, p.prefix); ok {
			if n, err := strconv.Atoi(bits); err == nil && n%8 == 0 && n <= 64 {
				return n / 8, p.kind
			}
		}
	}
	return 0, 'x'
}

func floatAt(b []byte, width int) float64 {
	switch width {
	case 8:
		return math.Float64frombits(uint64(intAt(b, 8, false)))
	case 4:
		return float64(math.Float32frombits(uint32(intAt(b, 4, false))))
	}
	return half(uint16(intAt(b, 2, false)))
}

// half decodes IEEE 754 binary16.
func half(h uint16) float64 {
	s, e, f := 1.0, int(h>>10&31), float64(h&1023)
	if h>>15 == 1 {
		s = -1
	}
	switch e {
	case 0:
		return s * math.Ldexp(f, -24)
	case 31:
		if f == 0 {
			return s * math.Inf(1)
		}
		return math.NaN()
	}
	return s * math.Ldexp(1024+f, e-25)
}

func intAt(b []byte, width int, signed bool) int64 {
	var u uint64
	for i := width - 1; i >= 0; i-- {
		u = u<<8 | uint64(b[i])
	}
	if signed {
		shift := 64 - 8*width
		return int64(u<<shift) >> shift
	}
	return int64(u)
}
