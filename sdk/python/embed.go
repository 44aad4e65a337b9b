// Package sdk carries the Python SDK in the binary, so that running jobs needs nothing installed but Python.
package sdk

import "embed"

// Files is the importable package `roadworthy`, as pure Python sources.
//
//go:embed roadworthy/*.py roadworthy/adapters/*.py roadworthy/py.typed
var Files embed.FS
