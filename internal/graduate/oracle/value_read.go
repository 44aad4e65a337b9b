package oracle

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Value reads a canonical value by its fingerprint. The run must have had Options.Values.
func (t *Trace) Value(fingerprint string) (*Value, error) {
	data, err := os.ReadFile(filepath.Join(t.values, filepath.Base(fingerprint)+".json"))
	if err != nil {
		return nil, fmt.Errorf("read value %s: %w", fingerprint, err)
	}
	v := new(Value)
	if err := json.Unmarshal(data, v); err != nil {
		return nil, fmt.Errorf("read value %s: %w", fingerprint, err)
	}
	return v, nil
}

// Fixture is the form for a test of the value that a name had right after a statement; nil when it has none.
func (t *Trace) Fixture(statement, name string) json.RawMessage {
	var form json.RawMessage
	for _, s := range t.Statements {
		_, bound := s.Bound[name]
		_, mutated := s.Mutated[name]
		if bound || mutated {
			form = t.Fixtures[s.ID+" "+name]
		}
		if s.ID == statement {
			return form
		}
	}
	return nil
}

// Blob reads the bytes of an array: those in the value, or those in its file.
func (t *Trace) Blob(v *Value) ([]byte, error) {
	if v.Blob == "" {
		return v.Data, nil
	}
	data, err := os.ReadFile(filepath.Join(t.values, filepath.Base(v.Blob)))
	if err != nil {
		return nil, fmt.Errorf("read array %s: %w", v.Blob, err)
	}
	return data, nil
}
