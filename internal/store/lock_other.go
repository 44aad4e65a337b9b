//go:build !unix

package store

import (
	"errors"
	"io/fs"
	"os"
)

// lockFile makes this process the file's one owner: Windows refuses to remove a file that another process has open.
func lockFile(path string) (*os.File, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, ErrOwned
	}
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}
