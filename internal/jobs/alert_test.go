//go:build linux || darwin

package jobs

import (
	"strings"
	"testing"
)

// The address of a web hook may stand in the server's environment; what is wrong there is said when an alert needs it.
func TestAlertTargetFromTheEnvironment(t *testing.T) {
	for _, c := range []struct{ value, kind, to, problem string }{
		{"https://example.com/hook", "webhook", "https://example.com/hook", ""},
		{"slack:https://example.com/x", "slack", "https://example.com/x", ""},
		{"mailto:a@example.com", "mail", "a@example.com", ""},
		{"", "", "", "has no ALERTS_TO"},
		{"on-call", "", "", "ALERTS_TO: \"on-call\": write https"},
		{"env:ALERTS_TO", "", "", "names another variable"},
	} {
		t.Setenv("ALERTS_TO", c.value)
		first, err := parseTarget("env:ALERTS_TO")
		if err != nil {
			t.Fatal(err)
		}
		got, err := first.resolve()
		switch {
		case c.problem != "":
			if err == nil || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%q: %v, want %q", c.value, err, c.problem)
			}
		case err != nil || got != (target{c.kind, c.to}):
			t.Errorf("%q: %+v, %v", c.value, got, err)
		}
	}
	if _, err := parseTarget("env:NO SUCH"); err == nil {
		t.Error("a name with a space is taken")
	}
}
