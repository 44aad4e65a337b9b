package oracle

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// Mutant is a source with one planted fault.
type Mutant struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Kind    string `json:"kind"` // operator comparison condition constant arguments drop
	What    string `json:"what"`
	Source  string `json:"source"`
	Reached bool   `json:"reached"` // its lines are among those executed
}

// Mutate plants count faults in the files, chosen by seed. lines are the executed ones (Trace.Lines), nil when not known. Nothing is executed.
func Mutate(ctx context.Context, python []string, files map[string]string, lines map[string][]int, count int, seed int64) ([]Mutant, error) {
	interpreter, err := resolve(ctx, Options{Python: python}.filled().Python)
	if err != nil {
		return nil, err
	}
	script, err := harness.ReadFile("harness/mutate.py")
	if err != nil {
		return nil, err
	}
	request, err := json.Marshal(map[string]any{"files": files, "lines": lines, "count": count, "seed": seed})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, interpreter.path, "-I", "-X", "utf8", "-c", string(script))
	cmd.Stdin = bytes.NewReader(request)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("plant faults: %w: %s", err, stderr.Bytes())
	}
	var made []Mutant
	if err := json.Unmarshal(out, &made); err != nil {
		return nil, fmt.Errorf("plant faults: %w", err)
	}
	return made, nil
}
