package proof

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif"  // formats that notebooks save figures in
	_ "image/jpeg" // "
	_ "image/png"  // "
	"math"
	"regexp"
	"sort"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

// maxRMS is how far two images' pixels may be apart on average, of 255: the rounding of an anti-aliased edge.
const maxRMS = 0.5

// image compares pixels. The file around them holds the writer's name and version, and sometimes the time.
func (c *comparer) image(path string, a, b *oracle.Value) {
	if a.Type != b.Type || len(a.Items) != 1 || len(b.Items) != 1 {
		c.differ(path, "%s image ≠ %s image", a.Type, b.Type)
		return
	}
	if a.Items[0].Hash == b.Items[0].Hash {
		return
	}
	x, err := c.left.Blob(a.Items[0])
	if err != nil {
		c.differ(path, "%v", err)
		return
	}
	y, err := c.right.Blob(b.Items[0])
	if err != nil {
		c.differ(path, "%v", err)
		return
	}
	left, _, err1 := image.Decode(bytes.NewReader(x))
	right, _, err2 := image.Decode(bytes.NewReader(y))
	if err1 != nil || err2 != nil {
		c.differ(path, "the image files differ and cannot be decoded")
		return
	}
	if left.Bounds() != right.Bounds() {
		c.differ(path, "%v pixels ≠ %v", left.Bounds().Size(), right.Bounds().Size())
		return
	}
	switch rms := distance(left, right); {
	case rms == 0:
		c.note(Normalized, "pixels; what is written around them left out")
	case rms <= maxRMS:
		c.note(Within, fmt.Sprintf("pixels, RMS %.2f of 255", rms))
	default:
		c.differ(path, "pixels differ, RMS %.1f of 255", rms)
	}
}

func distance(a, b image.Image) float64 {
	box := a.Bounds()
	sum := 0.0
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			r1, g1, b1, a1 := a.At(x, y).RGBA()
			r2, g2, b2, a2 := b.At(x, y).RGBA()
			for _, d := range [4]float64{float64(r1) - float64(r2), float64(g1) - float64(g2), float64(b1) - float64(b2), float64(a1) - float64(a2)} {
				sum += d * d
			}
		}
	}
	n := float64(box.Dx()*box.Dy()) * 4
	if n == 0 {
		return 0
	}
	return math.Sqrt(sum/n) / 257
}

var (
	tag       = regexp.MustCompile(`(?s)<!--.*?-->|<[^<>]+>`)
	attribute = regexp.MustCompile(`([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')`)
	blanks    = regexp.MustCompile(`\s+`)
	// Identities that are made up anew by each writing, and the time of it.
	identity = regexp.MustCompile(`(?i)\b(id|xlink:href|href|clip-path|for|aria-labelledby)\s*=\s*("(#|url\(#)?[^"]*"|'[^']*')`)
	dated    = regexp.MustCompile(`(?s)<dc:date>.*?</dc:date>`)
	urls     = regexp.MustCompile(`url\(#[^)]*\)`)
	styled   = regexp.MustCompile(`\b(T|sk-container-id-|sk-estimator-id-|row|level)_?[0-9a-f]{5}_?`)
)

// normalMarkup writes HTML or SVG as a line for each tag and text, attributes sorted, white space folded, made-up identities left out.
func normalMarkup(s string) string {
	s = dated.ReplaceAllString(s, "")
	var b strings.Builder
	text := func(t string) {
		if t = strings.TrimSpace(blanks.ReplaceAllString(t, " ")); t != "" {
			b.WriteString(t + "\n")
		}
	}
	at := 0
	for _, m := range tag.FindAllStringIndex(s, -1) {
		text(s[at:m[0]])
		at = m[1]
		t := s[m[0]:m[1]]
		if strings.HasPrefix(t, "<!--") {
			continue
		}
		name, _, _ := strings.Cut(strings.Trim(t, "<>"), " ")
		name, _, _ = strings.Cut(name, "\n")
		var as []string
		for _, a := range attribute.FindAllString(t, -1) {
			if identity.MatchString(a) && (!strings.HasPrefix(strings.ToLower(a), "href") || strings.Contains(a, "#")) {
				continue
			}
			as = append(as, urls.ReplaceAllString(blanks.ReplaceAllString(a, " "), "url(#)"))
		}
		sort.Strings(as)
		b.WriteString("<" + strings.TrimSuffix(strings.TrimSpace(name), "/") + " " + strings.Join(as, " ") + ">\n")
	}
	text(s[at:])
	return styled.ReplaceAllString(b.String(), "")
}
