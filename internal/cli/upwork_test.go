//go:build linux || darwin

package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWorkPageSaysWhatCheckSays(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("roadworthy.toml", "[work.billing]\nentry = \"billing:charge\"\nowner = \"team-money\"\ntier = \"customer-facing\"\n")
	write("billing.py", "import requests, roadworthy\n\n@roadworthy.job(retries=0)\ndef charge():\n    requests.get(\"https://pay.example\")\n")
	version := "one"
	p := workPage{root: root, version: func() string { return version }}
	get := func() []workRow {
		t.Helper()
		v, err := p.rows(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		doc, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var rows []workRow
		if err := json.Unmarshal(doc, &rows); err != nil {
			t.Fatal(err)
		}
		return rows
	}
	rows := get()
	if len(rows) != 1 {
		t.Fatalf("rows %+v", rows)
	}
	w := rows[0]
	if w.Name != "billing" || w.Kind != "job" || w.Tier != "customer-facing" || !w.Declared || w.Owner != "team-money" || w.Verdict != "not roadworthy" ||
		!strings.Contains(strings.Join(w.Failing, " "), "outbound-call-without-timeout") {
		t.Errorf("work %+v", w)
	}
	write("billing.py", "import requests, roadworthy\n\n@roadworthy.job(retries=0)\ndef charge():\n    requests.get(\"https://pay.example\", timeout=5)\n")
	if again := get(); again[0].Verdict != w.Verdict {
		t.Errorf("checked again although nothing is said to have changed: %+v", again)
	}
	version = "two"
	if again := get(); strings.Contains(strings.Join(again[0].Failing, " "), "outbound-call-without-timeout") {
		t.Errorf("after the fix: %+v", again)
	}
}
