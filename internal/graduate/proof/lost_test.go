package proof

import (
	"testing"

	"github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"
)

func TestAResultThatIsReturnedAndNotPutOutIsLost(t *testing.T) {
	r := &result{Trace: &oracle.Trace{}, stdout: "mean by city:\n3\n\n4\nmedian\n", files: map[string]oracle.Observation{"out/figures/growth_1.png": {}}}
	for _, c := range []struct {
		name string
		out  Output
		lost bool
	}{
		{"a display below its label", Output{Kind: oracle.Display, Function: "steps.f", Label: "mean by city"}, false},
		{"a display that is not shown", Output{Kind: oracle.Display, Function: "steps.f", Label: "mean"}, true},
		{"value and label the wrong way round", Output{Kind: oracle.Display, Function: "steps.f", Label: "median"}, true},
		{"a figure in a file", Output{Kind: oracle.Figure, Function: "figures.plot_growth", Label: "growth"}, false},
		{"a figure that is not saved", Output{Kind: oracle.Figure, Function: "figures.plot_decline", Label: "decline"}, true},
		{"a figure that the notebook saves itself", Output{Kind: oracle.Figure, Function: "figures.plot_decline"}, false},
		{"what a function prints by itself", Output{Kind: oracle.Display, Function: "io.f", Stdout: true, Label: "none"}, false},
	} {
		if got := r.lost(c.out); (got != "") != c.lost {
			t.Errorf("%s: lost says %q", c.name, got)
		}
	}
}
