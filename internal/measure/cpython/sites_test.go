package cpython

import "testing"

func TestSiteIsReadFromBytecode(t *testing.T) {
	window := func(tail ...byte) []byte { return append(make([]byte, siteWindow+2-len(tail)), tail...) }
	for _, c := range []struct {
		name  string
		minor int
		bytes []byte
		want  site
	}{
		{"3.12: CALL with three cache entries", 12, window(171, 1, 17+1, 0, 0, 0, 0, 0), siteCall},
		{"3.12: a cache entry that looks like FOR_ITER", 12, window(23, 1, 64, 3, 63, 0, 0, 0), siteAny},
		{"3.12: FOR_ITER_GEN", 12, window(62, 3, 7, 0), siteGen},
		{"3.12: a store", 12, window(0, 0, 125, 3), siteNone},
		{"3.11: CALL with four", 11, window(171, 1, 0, 0, 0, 0, 0, 0, 0, 0), siteCall},
		{"3.13: CALL itself", 13, window(53, 1), siteCall},
		{"3.13: what lies before does not count", 13, window(53, 1, 110, 0), siteNone},
		{"3.14: SEND", 14, window(106, 1), siteGen},
		{"3.15: instrumented", 15, window(240, 1), siteAny},
	} {
		target := &Target{Layout: Layout{Version: Version{Major: 3, Minor: c.minor}, siteTable: siteTables[c.minor]}}
		if got := target.siteIn(c.bytes); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	if !siteAny.fits(true) || !siteAny.fits(false) || !siteCall.fits(false) || siteCall.fits(true) || !siteGen.fits(true) || siteGen.fits(false) || siteNone.fits(false) {
		t.Error("a site takes what it cannot call, or refuses what it can")
	}
}
