// Package standard writes projects that hold a team's standard from the start, and brings existing repositories up to it.
//
// `new` renders a Shape: template files, laid over one another layer by layer, with the answers of Options filled in. Plan
// and Apply are `adopt`: what the standard wants of a repository is a list of keys, each with the value that follows from
// the repository's own answers and the reason for it; a three-way merge between the lock's last rendering, the file and the
// wanted value decides key by key. The lock, .roadworthy/standard.lock, remembers renderings and who owns each key.
//
// Invariants: nothing is written that the user was not shown; a key the user has is never changed or removed unless the
// standard wrote it and the user left it as it was; comments, order and formatting outside the keys written stay byte for
// byte; doing anything twice changes nothing the second time. Templates are data: nothing in them is executed.
//
// uv, Ruff and the type checker are used as they are, and only if they are there (tool.go).
package standard

// Version of the standard, the number that locks carry. It grows when a key is added or its value changes.
const Version = 1

// What the standard pins. The actions' commits are those of the tags named.
const (
	checkoutSHA = "3d3c42e5aac5ba805825da76410c181273ba90b1"
	checkoutTag = "v7.0.1"
	setupUvSHA  = "c771a70e6277c0a99b617c7a806ffedaca235ff9"
	setupUvTag  = "v9.0.0"
	uvVersion   = "0.13.9"
)

// pythons are the versions that a new project may be made with, the preferred one first.
var pythons = []string{"3.14", "3.13", "3.12", "3.11"}

// graduatedPythons are versions beside these that a notebook may have run with: the package needs what it was proved with.
var graduatedPythons = []string{"3.9", "3.10", "3.15"}

// oldestPython is what a project that says nothing must run on: the oldest version that still gets security fixes.
const oldestPython = "3.11"
