//go:build unix

package source

import (
	"io/fs"
	"syscall"
)

// A fileID tells two paths to one file apart from two files.
type fileID struct {
	dev, ino uint64
	path     string // where the system has no inode
}

func identify(_ string, info fs.FileInfo) fileID {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return fileID{dev: uint64(st.Dev), ino: uint64(st.Ino)}
	}
	return fileID{}
}
