package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pelletier/go-toml/v2"

	"github.com/roadworthy-dev/roadworthy/internal/measure/bench"
)

// declaredBench is a table whose command may be a list or one text for the shell.
type declaredBench struct {
	bench.Declared
	Command any `toml:"command"`
}

// declaredBenches reads the `[bench.NAME]` tables of the configuration. It is the one place where the bench command meets the
// configuration's format; the keys that describe a service and a matrix are read here only.
func declaredBenches(root string) (map[string]bench.Declared, error) {
	for _, name := range []string{"roadworthy.toml", "pyproject.toml"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read configuration: %w", err)
		}
		var file struct {
			Bench map[string]declaredBench `toml:"bench"`
			Tool  struct {
				Roadworthy struct {
					Bench map[string]declaredBench `toml:"bench"`
				} `toml:"roadworthy"`
			} `toml:"tool"`
		}
		if err := toml.Unmarshal(b, &file); err != nil {
			return nil, fmt.Errorf("read configuration %s: %w", name, err)
		}
		tables := file.Bench
		if name == "pyproject.toml" {
			tables = file.Tool.Roadworthy.Bench
		}
		out := map[string]bench.Declared{}
		for n, t := range tables {
			d := t.Declared
			switch c := t.Command.(type) {
			case nil:
			case string:
				d.Command = []string{"sh", "-c", c}
			case []any:
				for _, word := range c {
					text, ok := word.(string)
					if !ok {
						return nil, fmt.Errorf("read configuration %s: bench.%s: command: %v is not text", name, n, word)
					}
					d.Command = append(d.Command, text)
				}
			default:
				return nil, fmt.Errorf("read configuration %s: bench.%s: command: a list of text, or one text, is needed", name, n)
			}
			out[n] = d
		}
		return out, nil
	}
	return nil, nil
}
