package source

import "golang.org/x/text/unicode/norm"

// NormalizeIdentifier is the normal form KC of a name, by which Python compares identifiers (PEP 3131).
func NormalizeIdentifier(name string) string { return norm.NFKC.String(name) }
