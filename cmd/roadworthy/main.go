// Command roadworthy takes a team's Python work from first idea to reliable production.
package main

import (
	"os"

	"github.com/roadworthy-dev/roadworthy/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
