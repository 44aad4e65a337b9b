// Package project knows everything about a repository that is not Python code: which files there are, the
// configuration, where imports start, what is declared as a dependency and locked, and which deployment and scheduling
// artifacts start which Python entry point with which environment.
//
// It is the one home of parsers for other tools' formats (TOML, YAML, INI, Dockerfile, workflows, lock files, shell
// command lines), each behind a small type of this package: Config, Manifest, Lock, Layout, Artifact, Invocation.
//
// Invariants: every function here takes bytes or a root directory and never panics on any input; whatever is wrong with
// the user's files is a source.Problem with file and line, never an error; the order of results is the order of paths and
// lines, so that the same tree gives the same result. Joining this with facts from Python code is left to others.
package project

import (
	"errors"
	"io/fs"

	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// A Problem is a fault in one of the user's files; see source.Problem.
type Problem = source.Problem

// maxArtifact is the size beyond which a manifest or artifact is not read: no tool writes such files by hand, and a
// generated one says nothing about how work is started.
const maxArtifact = 5 << 20

// cause drops the path that the operating system's errors repeat.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
