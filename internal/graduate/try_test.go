package graduate

import (
	"fmt"
	"os"
	"sort"
	"testing"
)

// TestTry prints what a file becomes: go test -run TestTry with TRY=file.
func TestTry(t *testing.T) {
	path := os.Getenv("TRY")
	if path == "" {
		t.Skip("TRY names no file")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	prog, r := Read(path, raw)
	if r != nil {
		t.Fatal(r)
	}
	for _, c := range prog.commands(nil) {
		fmt.Println("command:", c)
	}
	a := Analyse(prog, nil)
	p, r := MakePlan(a, Options{Name: "demo"})
	if r != nil {
		t.Fatal(r)
	}
	files := p.Emit()
	var names []string
	for n := range files {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		fmt.Println("=====", n)
		fmt.Println(files[n])
	}
	fmt.Println("===== config.toml")
	fmt.Println(p.ConfigTOML(".."))
	for _, d := range p.Dropped() {
		fmt.Println("dropped", d.Statement.ID, d.Reason, "|", firstLine(d.Statement.Source))
	}
	for _, o := range p.Outputs {
		fmt.Println("output", o.ID, o.Kind, o.Name, o.Path, o.part, o.printed)
	}
}
