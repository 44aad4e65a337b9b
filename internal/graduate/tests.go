package graduate

import "github.com/roadworthy-dev/roadworthy/internal/graduate/oracle"

// tests writes the tests of the package.
func (req Request) tests(res *Result, g *oracle.Graded) {}
