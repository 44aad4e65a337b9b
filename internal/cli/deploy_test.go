//go:build linux

package cli

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func deployed(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// accepted says whether the program knows a command line, without running it.
func accepted(t *testing.T, args ...string) {
	t.Helper()
	root := Root(&streams{out: io.Discard, err: io.Discard})
	cmd, rest, err := root.Find(args)
	if err != nil {
		t.Errorf("%q: %v", args, err)
		return
	}
	if err := cmd.ParseFlags(rest); err != nil {
		t.Errorf("%q: %v", args, err)
	}
	if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
		t.Errorf("%q: %v", args, err)
	}
}

// What deploy/ starts is a command line that exists, as a user who is not root, and is given longer to stop than runs are
// given to end.
func TestDeployFiles(t *testing.T) {
	patience := 30 * time.Second // [run] patience, when it is not set
	longer := func(file, text string) {
		t.Helper()
		if d, err := time.ParseDuration(text); err != nil || d <= patience+15*time.Second {
			t.Errorf("%s waits %s for a stop; runs may take %s and then their grace", file, text, patience)
		}
	}
	find := func(text, pattern string) string {
		t.Helper()
		m := regexp.MustCompile("(?m)" + pattern).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("no %s in:\n%s", pattern, text)
		}
		return m[1]
	}

	docker := deployed(t, "Dockerfile")
	var entry []string
	if err := json.Unmarshal([]byte(find(docker, `^ENTRYPOINT (.*)$`)), &entry); err != nil || entry[0] != "roadworthy" {
		t.Fatalf("entry point %q: %v", entry, err)
	}
	accepted(t, entry[1:]...)
	if user := find(docker, `^USER (\w+)$`); user == "root" || strings.LastIndex(docker, "USER") > strings.LastIndex(docker, "ENTRYPOINT") {
		t.Errorf("the image runs as %s", user)
	}

	compose := deployed(t, "compose.yaml")
	longer("compose.yaml", find(compose, `stop_grace_period: (\w+)`))
	for _, name := range regexp.MustCompile(`\bROADWORTHY_\w+`).FindAllString(compose, -1) {
		if !map[string]bool{"ROADWORTHY_STORE": true, "ROADWORTHY_TOKEN": true}[name] {
			t.Errorf("compose.yaml sets %s, which nothing reads", name)
		}
	}

	unit := deployed(t, "roadworthy.service")
	accepted(t, strings.Fields(find(unit, `^ExecStart=(.*)$`))[1:]...)
	longer("roadworthy.service", find(unit, `^TimeoutStopSec=(\d+)$`)+"s")
	if find(unit, `^User=(\w+)$`) == "root" {
		t.Error("the unit runs as root")
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed: the unit's syntax was not verified")
	}
	// Its own program and user are not on this machine.
	program := filepath.Join(t.TempDir(), "roadworthy")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "roadworthy.service")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(unit, "/usr/local/bin/roadworthy", program)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", path).CombinedOutput(); err != nil || strings.Contains(string(out), "roadworthy.service:") {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
