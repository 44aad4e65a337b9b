package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// run runs a command line in a directory of its own and returns its exit code and both outputs.
func runMeasure(t *testing.T, files map[string]string, args ...string) (code int, out, errs string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	var o, e bytes.Buffer
	code = Main(args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func TestBenchCommand(t *testing.T) {
	slow := []string{"bench", "--quiet", "--pairs", "16", "--ci", "--format", "json", "--vs", "sh -c 'sleep 0.01'", "--", "sh", "-c", "sleep 0.08"}
	code, out, errs := runMeasure(t, nil, slow...)
	if code != 1 || !strings.Contains(errs, "is slower in wall") {
		t.Errorf("a regression exits %d: %s", code, errs)
	}
	var r struct {
		Schema      string
		Comparisons []struct {
			Primary bool
			Verdict struct{ Verdict string }
		}
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil || r.Schema != "roadworthy.bench/1" {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, c := range r.Comparisons {
		if c.Primary && c.Verdict.Verdict != "slower" {
			t.Errorf("verdict %q", c.Verdict.Verdict)
		}
	}
	if kept, _ := filepath.Glob(".roadworthy/bench/*/*.json"); len(kept) != 1 {
		t.Errorf("%d results are kept", len(kept))
	}
}

func TestBenchSaysWhatIsMissing(t *testing.T) {
	away := "[bench.away.service]\ncommand = [\"true\"]\nurl = \"http://192.0.2.7:80\"\nrate = 1\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		args  []string
		want  string
	}{
		{"nothing", nil, []string{"bench"}, "nothing to measure"},
		{"unknown name", map[string]string{"roadworthy.toml": "[bench.a]\ncommand = \"true\"\n"}, []string{"bench", "b"}, "no [bench.b]"},
		{"format", nil, []string{"bench", "--format", "xml", "--", "true"}, `unknown format "xml"`},
		{"gate", nil, []string{"bench", "--gate", "lots", "--", "true"}, "is not a share"},
		{"matrix without python", nil, []string{"bench", "--python", "3.99", "--", "true"}, "not installed"},
		{"foreign host", map[string]string{"roadworthy.toml": away}, []string{"bench", "away"}, `allow-host = "192.0.2.7"`},
		{"command", map[string]string{"roadworthy.toml": "[bench.a]\ncommand = 3\n"}, []string{"bench", "a"}, "a list of text"},
		{"profile of nothing", nil, []string{"profile"}, "give one of --pid"},
		{"profile name", nil, []string{"profile", "--output", "x.bin", "--", "true"}, "does not say which format"},
		{"profile without python", nil, []string{"profile", "--no-children", "--", "true"}, "no CPython"},
	} {
		code, _, errs := runMeasure(t, c.files, c.args...)
		if code != 2 || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d: %s", c.name, code, errs)
		}
	}
}

func TestBenchReadiness(t *testing.T) {
	lock := "[[package]]\nname = \"native\"\nversion = \"1.0\"\nwheels = [{ url = \"native-1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux_2_17_aarch64.whl\" }]\n"
	code, out, _ := runMeasure(t, map[string]string{"uv.lock": lock}, "bench", "--ready", "uv.lock", "--python", "3.13,3.13t")
	if code != 0 || !strings.Contains(out, "1 of 1 locked packages are ready for cp313\n") || !strings.Contains(out, "none: would be compiled") {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

func TestSplitWords(t *testing.T) {
	words, err := splitWords(`python -c "print('a b')" 'x y'z \"q`)
	if err != nil || strings.Join(words, "|") != `python|-c|print('a b')|x yz|"q` {
		t.Errorf("%q %v", words, err)
	}
	if _, err := splitWords(`'open`); err == nil {
		t.Error("an open quote was accepted")
	}
}
