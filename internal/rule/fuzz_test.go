package rule

import "testing"

// FuzzPage reads anything as a page: a page or a fault with its line, never a crash.
func FuzzPage(f *testing.F) {
	f.Add(page)
	f.Add("# a-b\n## Example\n`n.ipynb`\n```py\n# %% [1]\n#> x  # finding: a-b\n```\n```fixed\n```\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePage(text)
		if err == nil && (p.Name == "" && len(p.Sections) == 0) {
			t.Error("neither a page nor a fault")
		}
	})
}
