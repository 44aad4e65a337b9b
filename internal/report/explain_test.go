package report

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPageReadsWellOnATerminal(t *testing.T) {
	page := "# blocking-call-in-async\n\n## What it does\n\nFinds calls that **hold** the event loop, directly or through `helpers` of any depth, and says which; see [the guide](docs/async.md).\n" +
		"It follows types.\n\n- one\n- two, which is so long that it does not fit into a single line of eighty characters\n1. three\n\n```py\nasync def f():\n    time.sleep(1)  # finding: blocking-call-in-async\n\n    x = '# no heading'\n```\n\n| a | b |\n|---|---|\n"
	want := `blocking-call-in-async

What it does

Finds calls that hold the event loop, directly or through ` + "`helpers`" + ` of any
depth, and says which; see the guide (docs/async.md). It follows types.

- one
- two, which is so long that it does not fit into a single line of eighty
  characters
1. three

    async def f():
        time.sleep(1)  # finding: blocking-call-in-async

        x = '# no heading'

| a | b |
|---|---|
`
	var b bytes.Buffer
	if err := Page(&b, page, Options{}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}
