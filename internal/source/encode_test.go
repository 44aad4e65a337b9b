package source

import (
	"bytes"
	"testing"
)

func TestEncodeIsTheWayBack(t *testing.T) {
	for name, raw := range map[string]string{
		"utf-8":          "x = 'é'\n",
		"with a mark":    "\xef\xbb\xbfx = 'é'\r\n",
		"latin-1":        "# coding: latin-1\nx = '\xe9\x85'\r\n",
		"cp1252":         "# -*- coding: cp1252 -*-\nx = '\x80'\n",
		"shift-jis":      "# coding: shift_jis\nx = '\x82\xa0'\n",
		"ascii":          "# coding: ascii\nx = 1\n",
		"utf-8 declared": "\xef\xbb\xbf# coding: utf-8\nx = 1",
		"empty":          "",
	} {
		text, problem := Decode([]byte(raw))
		if problem != nil {
			t.Errorf("%s: %s", name, problem.Message)
			continue
		}
		back, err := Encode([]byte(raw), text)
		if err != nil || string(back) != raw {
			t.Errorf("%s: %q, %v; want %q", name, back, err, raw)
		}
		// What is added is in the file's own encoding.
		longer, err := Encode([]byte(raw), append(bytes.Clone(text), "y = 2\n"...))
		if err != nil || string(longer) != raw+"y = 2\n" {
			t.Errorf("%s with a line more: %q, %v", name, longer, err)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	for name, c := range map[string]struct{ raw, text string }{
		"a character that the encoding lacks": {"# coding: latin-1\nx = 1\n", "# coding: latin-1\nx = '…'\n"},
		"a character beyond ASCII":            {"# coding: ascii\nx = 1\n", "# coding: ascii\nx = 'é'\n"},
		"a changed declaration":               {"# coding: latin-1\nx = 1\n", "# coding: utf-8\nx = 1\n"},
		"bytes that are no text":              {"x = '\xff'\n", "x = 1\n"},
		"an unknown encoding":                 {"# coding: nonsense\n", "# coding: nonsense\n"},
	} {
		if out, err := Encode([]byte(c.raw), []byte(c.text)); err == nil {
			t.Errorf("%s: %q", name, out)
		}
	}
}
