package project

import (
	"fmt"
	"slices"
	"strings"
)

// A Reader gives the bytes of a file by its slash path relative to the checked root.
type Reader func(path string) ([]byte, error)

// Dependencies is everything the manifests and locks of a tree say.
type Dependencies struct {
	Manifests []Manifest // sorted by path
	Locks     []Lock     // sorted by path
	Problems  []Problem  // of files that could not be read at all
}

// followIncludes adds to each requirements file what the files it names by -r bring, once each, whatever circle they make.
// A named file that is itself in the tree keeps its own entry as well.
func followIncludes(manifests []Manifest, read Reader) []Manifest {
	parsed := map[string]*Manifest{}
	for i := range manifests {
		parsed[manifests[i].Path] = &manifests[i]
	}
	missing := map[string]bool{}
	get := func(file string) *Manifest {
		if m, ok := parsed[file]; ok || missing[file] {
			return m
		}
		text, err := read(file)
		if err != nil || len(text) > maxArtifact {
			missing[file] = true
			return nil
		}
		m := parseRequirements(file, text)
		parsed[file] = &m
		return &m
	}
	own := make([][]Dependency, len(manifests))
	for i := range manifests {
		m := &manifests[i]
		own[i] = slices.Clone(m.Dependencies)
		seen := map[string]bool{m.Path: true}
		var follow func(from *Manifest)
		follow = func(from *Manifest) {
			for _, inc := range from.Includes {
				if inc.Constraint || seen[inc.Path] || len(seen) > 200 {
					continue
				}
				seen[inc.Path] = true
				other := get(inc.Path)
				if other == nil {
					if from == m {
						m.problem(inc.Line, "correct the path, or remove the line", "names a file that does not exist: "+shorten(inc.Path))
					}
					continue
				}
				base := other.Dependencies
				if at := slices.IndexFunc(manifests, func(x Manifest) bool { return x.Path == inc.Path }); at >= 0 && at < i {
					base = own[at]
				}
				for _, d := range base {
					// What requirements-dev.txt takes from requirements.txt is still a main dependency.
					if m.Kind != Requirements {
						d.Group, d.Optional = inc.Group, inc.Group != ""
					}
					own[i] = append(own[i], d)
				}
				follow(other)
			}
		}
		follow(m)
	}
	for i := range manifests {
		manifests[i].Dependencies = own[i]
	}
	return manifests
}

// ReadDependencies parses every manifest and lock among the files.
func ReadDependencies(files []string, read Reader) *Dependencies {
	deps := &Dependencies{}
	for _, f := range files {
		_, isManifest := ManifestKindOf(f)
		_, isLock := LockKindOf(f)
		if !isManifest && !isLock {
			continue
		}
		text, problem := readArtifact(f, read)
		if problem != nil {
			deps.Problems = append(deps.Problems, *problem)
			continue
		}
		if isManifest {
			deps.Manifests = append(deps.Manifests, ParseManifest(f, text))
		} else {
			deps.Locks = append(deps.Locks, ParseLock(f, text))
		}
	}
	deps.finish(read)
	return deps
}

func (d *Dependencies) finish(read Reader) {
	slices.SortFunc(d.Manifests, func(a, b Manifest) int { return strings.Compare(a.Path, b.Path) })
	for i := range d.Manifests {
		if l, ok := d.Manifests[i].asLock(); ok {
			d.Locks = append(d.Locks, l)
		}
	}
	d.Manifests = followIncludes(d.Manifests, read)
	slices.SortStableFunc(d.Locks, func(a, b Lock) int { return strings.Compare(a.Path, b.Path) })
}

// readArtifact reads a file unless it is unreadable or larger than any that a person or a sane tool writes.
func readArtifact(file string, read Reader) ([]byte, *Problem) {
	text, err := read(file)
	if err != nil {
		return nil, &Problem{Path: file, Message: "file cannot be read: " + cause(err).Error()}
	}
	limit := maxArtifact
	if _, isLock := LockKindOf(file); isLock {
		limit = maxLock
	}
	if len(text) > limit {
		return nil, &Problem{Path: file, Message: fmt.Sprintf("file is larger than %d MiB and was not read", limit>>20), Help: "leave it out with `exclude` in [check]"}
	}
	return text, nil
}

// maxLock is larger than maxArtifact because locks of large workspaces really are.
const maxLock = 40 << 20
