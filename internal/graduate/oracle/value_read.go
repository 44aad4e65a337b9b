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
