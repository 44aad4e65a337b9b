package cli

import (
	"bytes"
	"flag"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestReferenceIsCurrent(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("commands that this system does not have describe themselves otherwise")
	}
	const path = "../../docs/cli.md"
	var want bytes.Buffer
	Reference(&want)
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with make docs", err)
	}
	if diff := cmp.Diff(want.String(), strings.ReplaceAll(string(got), "\r\n", "\n")); diff != "" {
		t.Errorf("docs/cli.md is not what the commands say; make docs mends it (-commands +file):\n%s", diff)
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	for _, c := range Root(&streams{}).Commands() {
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: its short help %q must be one line without a full stop", c.CommandPath(), c.Short)
		}
	}
}

func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		var out, errs bytes.Buffer
		if code := Main([]string{"completion", shell}, nil, &out, &errs); code != 0 || !strings.Contains(out.String(), "roadworthy") {
			t.Errorf("completion %s: exit %d, %d bytes, %s", shell, code, out.Len(), errs.String())
		}
	}
}
