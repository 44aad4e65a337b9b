package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/BurntSushi/toml"

	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
)

// declaredBenches reads the `[bench.NAME]` tables of the configuration. It is the one place where the bench command meets the
// configuration's format: whoever loads the file hands over the same map.
func declaredBenches(root string) (map[string]bench.Declared, error) {
	var file struct {
		Bench map[string]bench.Declared `toml:"bench"`
		Tool  struct {
			Roadworthy struct {
				Bench map[string]bench.Declared `toml:"bench"`
			} `toml:"roadworthy"`
		} `toml:"tool"`
	}
	for _, name := range []string{"roadworthy.toml", "pyproject.toml"} {
		path := filepath.Join(root, name)
		b, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read configuration: %w", err)
		}
		if err := toml.Unmarshal(b, &file); err != nil {
			return nil, fmt.Errorf("read configuration %s: %w", name, err)
		}
		if name == "roadworthy.toml" && file.Bench != nil {
			return file.Bench, nil
		}
		if name == "pyproject.toml" {
			return file.Tool.Roadworthy.Bench, nil
		}
	}
	return nil, nil
}
