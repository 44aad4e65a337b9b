package knowledge

import "testing"

func TestStandardNames(t *testing.T) {
	for _, c := range []struct {
		module, name   string
		exists, listed bool
	}{
		{"json", "loads", true, true},
		{"json", "parse", false, true},
		{"json", "load", true, true},
		{"json", "oads", false, true}, // a part of a name is no name
		{"datetime.datetime", "fromisoformat", true, true},
		{"datetime.datetime", "utc_now", false, true},
		{"asyncio", "TaskGroup", true, true},     // since 3.11
		{"asyncio", "coroutine", true, true},     // until 3.10
		{"importlib", "resources", true, true},   // a submodule
		{"json", "__name__", false, false},       // every module has it
		{"socket", "SO_REUSEPORT", false, false}, // differs between systems
		{"requests", "get", false, false},
	} {
		if exists, listed := StandardName(c.module, c.name); exists != c.exists || listed != c.listed {
			t.Errorf("%s.%s: exists %v, listed %v", c.module, c.name, exists, listed)
		}
	}
}
