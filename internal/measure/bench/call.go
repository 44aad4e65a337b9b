package bench

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

//go:embed harness.py
var harness []byte

// callArgv writes the harness beside the session's scratch files and returns the command that runs it.
func callArgv(dir string, python []string, c Call) ([]string, error) {
	path := filepath.Join(dir, "harness.py")
	if _, err := os.Stat(path); err != nil {
		if err := os.WriteFile(path, harness, 0o644); err != nil {
			return nil, fmt.Errorf("write harness: %w", err)
		}
	}
	argv := append([]string{}, python...)
	return append(argv, path, c.Target, strconv.FormatFloat(c.Seconds, 'g', -1, 64), strconv.Itoa(c.Calls), strconv.Itoa(c.Warmup)), nil
}
