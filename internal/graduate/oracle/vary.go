package oracle

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Varied are the changes that Vary makes.
var Varied = []string{"half", "reverse", "twice", "blank"}

// Vary gives an input file of a format that is no delimited text (JSON, SQLite, Excel, Parquet) with its rows changed: change → bytes. What the
// interpreter has no library for, or what has too few rows, is not there. The program's own code is not executed.
func Vary(ctx context.Context, python []string, name string, data []byte) (map[string][]byte, error) {
	interpreter, err := resolve(ctx, Options{Python: python}.filled().Python)
	if err != nil {
		return nil, err
	}
	script, err := harness.ReadFile("harness/vary.py")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "graduate-vary-*")
	if err != nil {
		return nil, fmt.Errorf("make a folder for changed inputs: %w", err)
	}
	defer os.RemoveAll(dir)
	folder := filepath.Join(dir, "made")
	input := filepath.Join(dir, "input"+filepath.Ext(name))
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make a folder for changed inputs: %w", err)
	}
	if err := os.WriteFile(input, data, 0o600); err != nil {
		return nil, fmt.Errorf("change the rows of %s: %w", name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, interpreter.path, "-X", "utf8", "-c", string(script), input, folder)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "PYTHONDONTWRITEBYTECODE=1", "OMP_NUM_THREADS=1"}
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, nil // it takes too long to be worth it
		}
		return nil, fmt.Errorf("change the rows of %s: %w: %s", name, err, stderr.Bytes())
	}
	made := map[string][]byte{}
	for _, change := range Varied {
		if out, err := os.ReadFile(filepath.Join(folder, change)); err == nil && !bytes.Equal(out, data) {
			made[change] = out
		}
	}
	return made, nil
}
