package proof

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

func float(f float64) *oracle.Value {
	return &oracle.Value{Kind: "float", Text: strconv.FormatFloat(f, 'x', -1, 64)}
}

func text(s string) *oracle.Value { return &oracle.Value{Kind: "str", Text: s} }
func whole(n int) *oracle.Value   { return &oracle.Value{Kind: "int", Text: strconv.Itoa(n)} }

func list(items ...*oracle.Value) *oracle.Value { return &oracle.Value{Kind: "list", Items: items} }
func dict(items ...*oracle.Value) *oracle.Value { return &oracle.Value{Kind: "dict", Items: items} }

func floats(dtype string, fs ...float64) *oracle.Value {
	var b bytes.Buffer
	for _, f := range fs {
		if dtype == "float32" {
			_ = binary.Write(&b, binary.LittleEndian, float32(f))
		} else {
			_ = binary.Write(&b, binary.LittleEndian, f)
		}
	}
	return &oracle.Value{Kind: "array", Type: dtype, Text: strconv.Itoa(len(fs)), Data: b.Bytes(), Hash: b.String()}
}

func ints(ns ...int64) *oracle.Value {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, ns)
	return &oracle.Value{Kind: "array", Type: "int64", Text: strconv.Itoa(len(ns)), Data: b.Bytes(), Hash: b.String()}
}

func frame(index *oracle.Value, names []string, columns ...*oracle.Value) *oracle.Value {
	header := &oracle.Value{Kind: "index", Type: "Index", Names: []string{"None"}, Items: []*oracle.Value{{Kind: "array", Type: "object", Items: []*oracle.Value{text(strings.Join(names, " "))}}}}
	return &oracle.Value{Kind: "frame", Text: "3," + strconv.Itoa(len(names)), Names: names, Items: append([]*oracle.Value{index, header}, columns...)}
}

func rangeIndex(s string) *oracle.Value {
	return &oracle.Value{Kind: "index", Type: "RangeIndex", Names: []string{"None"}, Text: s}
}

func listedIndex(ns ...int64) *oracle.Value {
	return &oracle.Value{Kind: "index", Type: "Int64Index", Names: []string{"None"}, Items: []*oracle.Value{ints(ns...)}}
}

func picture(t *testing.T, shade uint8, level png.CompressionLevel) *oracle.Value {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 8, 8))
	for i := range img.Pix {
		img.Pix[i] = uint8(i)
	}
	img.SetGray(0, 0, color.Gray{shade})
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: level}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return &oracle.Value{Kind: "image", Type: "png", Items: []*oracle.Value{{Kind: "array", Type: "uint8", Data: b.Bytes(), Hash: b.String()}}}
}

func TestComparators(t *testing.T) {
	named := func(kind, class string, names string, items ...*oracle.Value) *oracle.Value {
		return &oracle.Value{Kind: kind, Type: class, Names: strings.Fields(names), Items: items}
	}
	opaque := func(class string) *oracle.Value { return &oracle.Value{Kind: "opaque", Type: class} }
	markup := func(s string) *oracle.Value { return &oracle.Value{Kind: "markup", Type: "svg", Text: s} }
	numpyInt := &oracle.Value{Kind: "int", Type: "int64", Text: "3"}
	zero, one := rangeIndex("0,3,1"), rangeIndex("1,4,1")
	cases := []struct {
		name       string
		a, b       *oracle.Value
		stability  oracle.Stability
		want       Verdict
		how        string
		difference string
	}{
		{"equal ints", whole(3), whole(3), "", Identical, "", ""},
		{"ints are exact", whole(3), whole(4), "", Different, "", "3 ≠ 4"},
		{"an int is not a float", whole(3), float(3), "", Different, "", "3 ≠ 3"},
		{"numpy's int is Python's after normalization", numpyInt, whole(3), "", Normalized, "numpy scalar", ""},
		{"two numpy types", numpyInt, &oracle.Value{Kind: "int", Type: "int32", Text: "3"}, "", Different, "", "int64 ≠ int32"},
		{"strings are exact", text("a"), text("b"), "", Different, "", `"a" ≠ "b"`},
		{"addresses are masked", text("<C at 0x7f12ab34cd>"), text("<C at 0x7f99ab34cd>"), "", Normalized, "addresses", ""},
		{"a float within its tolerance", float(1), float(1 + 1e-12), "", Within, "relative 1e-09", ""},
		{"a float beyond it", float(1), float(1 + 1e-8), "", Different, "", "1 ≠ 1.00000001"},
		{"NaN is NaN", &oracle.Value{Kind: "float", Text: "nan"}, &oracle.Value{Kind: "float", Text: "nan"}, "", Identical, "", ""},
		{"infinity is not a large number", &oracle.Value{Kind: "float", Text: "inf"}, float(math.MaxFloat64), "", Different, "", "+Inf"},
		{"small numbers have no floor", float(1e-15), float(2e-15), "", Different, "", "1e-15"},
		{"bytes", &oracle.Value{Kind: "bytes", Text: "a"}, &oracle.Value{Kind: "bytes", Text: "b"}, "", Different, "", ""},
		{"dates are exact", &oracle.Value{Kind: "date", Type: "datetime.date", Text: "datetime.date(2024, 3, 1)"}, &oracle.Value{Kind: "date", Type: "datetime.date", Text: "datetime.date(2024, 3, 2)"}, "", Different, "", "2024, 3, 1"},
		{"lists in order", list(whole(1), whole(2)), list(whole(2), whole(1)), oracle.Exact, Different, "", "item 0"},
		{"lists whose order comes from hashes", list(whole(1), whole(2)), list(whole(2), whole(1)), oracle.NeedsOrder, Normalized, "hashes", ""},
		{"and their items count", list(whole(1), whole(1)), list(whole(1), whole(2)), oracle.NeedsOrder, Different, "", "not in the result"},
		{"lists of different length", list(whole(1)), list(), "", Different, "", "1 items ≠ 0"},
		{"a list beyond what was kept", &oracle.Value{Kind: "list", Hash: "x", Size: 9}, &oracle.Value{Kind: "list", Hash: "y", Size: 9}, "", Different, "", "beyond"},
		{"a tuple is not a list", list(), &oracle.Value{Kind: "tuple"}, "", Different, "", ""},
		{"dicts", dict(text("a"), whole(1)), dict(text("a"), whole(2)), "", Different, "", `key "a": 1 ≠ 2`},
		{"order of keys", dict(text("a"), whole(1), text("b"), whole(2)), dict(text("b"), whole(2), text("a"), whole(1)), "", Normalized, "order of a dict's keys", ""},
		{"a missing key", dict(text("a"), whole(1), text("b"), whole(2)), dict(text("a"), whole(1)), "", Different, "", `"b" is missing`},
		{"arrays", floats("float64", 1, 2), floats("float64", 1, 2.5), "", Different, "", "row 1: 2 ≠ 2.5"},
		{"arrays within tolerance", floats("float64", 1, 2), floats("float64", 1, 2+1e-12), "", Within, "1e-09", ""},
		{"arrays of float32 have a wider one", floats("float32", 1, 2), floats("float32", 1, 2.000001), "", Within, "1e-06", ""},
		{"rounding beside a large element", floats("float64", 1e6, 1e-12), floats("float64", 1e6, 0), "", Within, "", ""},
		{"NaN in arrays", floats("float64", math.NaN()), floats("float64", math.NaN()), "", Identical, "", ""},
		{"dtypes are exact", floats("float64", 1), ints(1), "", Different, "", "float64 array"},
		{"ints in arrays are exact", ints(1, 1<<60), ints(1, 1<<60+1), "", Different, "", "row 1"},
		{"frames", frame(zero, []string{"a"}, ints(1, 2, 3)), frame(zero, []string{"a"}, ints(1, 2, 4)), "", Different, "", "column a, row 2: 3 ≠ 4"},
		{"columns by name", frame(zero, []string{"a"}, ints(1)), frame(zero, []string{"b"}, ints(1)), "", Different, "", "columns"},
		{"rows by index", frame(zero, nil), frame(one, nil), "", Different, "", "range(0,3,1) ≠ range(1,4,1)"},
		{"a range and the same numbers", zero, listedIndex(0, 1, 2), "", Normalized, "range", ""},
		{"a range and other numbers", zero, listedIndex(0, 1, 3), "", Different, "", ""},
		{"an index's frequency", &oracle.Value{Kind: "index", Type: "DatetimeIndex", Text: "D"}, &oracle.Value{Kind: "index", Type: "DatetimeIndex"}, "", Normalized, "frequency", ""},
		{"series", named("series", "int64", "a", zero, ints(1)), named("series", "int64", "b", zero, ints(1)), "", Different, "", "series a"},
		{"estimators by parameters", named("estimator", "LinearRegression", "p:fit f:coef_", whole(1), floats("float64", 1)), named("estimator", "LinearRegression", "p:fit f:coef_", whole(2), floats("float64", 1)), "", Different, "", "fit: 1 ≠ 2"},
		{"and by what was fitted", named("estimator", "LinearRegression", "f:coef_", floats("float64", 1)), named("estimator", "LinearRegression", "f:coef_", floats("float64", 2)), "", Different, "", "coef_, row 0"},
		{"figures by artist", named("figure", "figure", "axes", list(named("object", "axes", "title", text("A")))), named("figure", "figure", "axes", list(named("object", "axes", "title", text("B")))), "", Different, "", "title"},
		{"objects by attribute", named("object", ".P", "x", whole(1)), named("object", ".P", "y", whole(1)), "", Different, "", "x is missing"},
		{"opaque values by type", opaque("_io.TextIOWrapper"), opaque("_io.TextIOWrapper"), "", Opaque, "TextIOWrapper", ""},
		{"of two types", opaque("a"), opaque("b"), "", Different, "", "a ≠ b"},
		{"an opaque part", list(opaque("a")), list(opaque("a")), "", Normalized, "1 parts", ""},
		{"functions by name", &oracle.Value{Kind: "callable", Type: "function", Text: ".f"}, &oracle.Value{Kind: "callable", Type: "function", Text: ".g"}, "", Different, "", ".f"},
		{"a partial stands for its function", &oracle.Value{Kind: "callable", Type: "function", Text: ".f"}, named("object", "functools.partial", "func args", &oracle.Value{Kind: "callable", Type: "function", Text: ".f"}, list()), "", Normalized, "arguments bound", ""},
		{"markup as a tree", markup(`<svg id="a1" b="2"  c="3"><!-- x --><g> t </g></svg>`), markup(`<svg c="3" b="2" id="z9"><g>t</g></svg>`), "", Normalized, "markup", ""},
		{"with its text", markup(`<svg><g>t</g></svg>`), markup(`<svg><g>u</g></svg>`), "", Different, "", `"t" ≠ "u"`},
		{"pixels, not bytes", picture(t, 9, png.BestCompression), picture(t, 9, png.NoCompression), "", Normalized, "pixels", ""},
		{"a shade apart", picture(t, 9, 0), picture(t, 10, 0), "", Within, "RMS", ""},
		{"another picture", picture(t, 9, 0), picture(t, 200, 0), "", Different, "", "RMS"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := compareTrees(&oracle.Trace{}, c.a, &oracle.Trace{}, c.b, c.stability)
			if got.Verdict != c.want || !strings.Contains(got.How, c.how) || !strings.Contains(got.Difference, c.difference) {
				t.Errorf("%+v, want %s, how %q, difference %q", got, c.want, c.how, c.difference)
			}
			if got.Verdict == Different && got.Difference == "" {
				t.Error("a difference without a place")
			}
			back := compareTrees(&oracle.Trace{}, c.b, &oracle.Trace{}, c.a, c.stability)
			if back.Verdict.Holds() != got.Verdict.Holds() && c.name != "a partial stands for its function" {
				t.Errorf("the other way round: %+v", back)
			}
		})
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		a, b      string
		stability oracle.Stability
		want      Verdict
	}{
		{"a\n", "a\n", "", Identical},
		{"a\n", "a", "", Normalized},
		{"<x at 0x7fffffff>\n", "<x at 0x7abcdef0>\n", "", Normalized},
		{"a\nb\n", "b\na\n", oracle.Exact, Different},
		{"a\nb\n", "b\na\n", oracle.NeedsOrder, Normalized},
		{"a\nb\n", "a\n", oracle.NeedsOrder, Different},
	} {
		if got := compareText(c.a, c.b, c.stability); got.Verdict != c.want {
			t.Errorf("%q and %q (%s): %+v, want %s", c.a, c.b, c.stability, got, c.want)
		}
	}
}

func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float64{0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x0001: math.Ldexp(1, -24), 0x7c00: math.Inf(1)} {
		if got := half(bits); got != want {
			t.Errorf("half(%#x) = %v, want %v", bits, got, want)
		}
	}
}
