package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDecode(t *testing.T) {
	tests := []struct{ name, raw, want, problem string }{
		{"plain", "x = 'é'\n", "x = 'é'\n", ""},
		{"mark", "\xef\xbb\xbfx\n", "x\n", ""},
		{"mark and declaration", "\xef\xbb\xbf# coding: UTF_8\n", "# coding: UTF_8\n", ""},
		{"mark and another declaration", "\xef\xbb\xbf# coding: latin-1\n", "# coding: latin-1\n", "UTF-8 mark"},
		{"latin-1", "# -*- coding: latin-1 -*-\n'\xe9'\n", "# -*- coding: latin-1 -*-\n'é'\n", ""},
		{"second line", "#!/usr/bin/python\n# vim: set fileencoding=cp1251 :\n'\xcf'\n", "#!/usr/bin/python\n# vim: set fileencoding=cp1251 :\n'П'\n", ""},
		{"second line after code", "x = 1\n# coding: latin-1\n'\xc3\xa9'\n", "x = 1\n# coding: latin-1\n'é'\n", ""},
		{"second line after \\r", "\r# coding: latin-1\r'\xe9'", "\r# coding: latin-1\r'é'", ""},
		{"third line", "\n\n# coding: latin-1\n", "\n\n# coding: latin-1\n", ""},
		{"not a comment", "x = 'coding: nothing'\n", "x = 'coding: nothing'\n", ""},
		{"control characters", "# coding: iso-8859-5\n'\x91\xb0'\n", "# coding: iso-8859-5\n'\u0091А'\n", ""},
		{"several bytes", "# coding: euc-jp\n'\xc6\xfc'\n", "# coding: euc-jp\n'日'\n", ""},
		{"name as Python folds it", "# coding: utf-\n'é'\n", "# coding: utf-\n'é'\n", ""},
		{"unknown", "# coding: klingon\n", "# coding: klingon\n", "klingon is unknown"},
		{"ascii", "# coding: ascii\n'\xe9'\n", "", "beyond"},
		{"not utf-8", "'\xe9'\n", "", "not UTF-8"},
		{"undefined byte", "# coding: cp1252\n'\x81'\n", "", "does not have"},
	}
	for _, test := range tests {
		got, problem := Decode([]byte(test.raw))
		message := ""
		if problem != nil {
			message = problem.Message
			if int(problem.Span.End) > len(got) {
				t.Errorf("%s: the problem's place %v is outside the text", test.name, problem.Span)
			}
		}
		if (message == "") != (test.problem == "") || !strings.Contains(message, test.problem) {
			t.Errorf("%s: problem %q, want %q", test.name, message, test.problem)
		}
		if test.want != "" && string(got) != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// TestAppendFile: the padding that the parser relies on is there, at every size around the buffer's.
func TestAppendFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.py")
	buf := []byte(strings.Repeat("old", 100))
	for _, size := range []int{0, 1, 15, 16, 17, 4095, 4096, 70_000} {
		want := strings.Repeat("x", size)
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		var err error
		if buf, err = AppendFile(buf[:0], path); err != nil {
			t.Fatal(err)
		}
		if string(buf) != want {
			t.Errorf("%d bytes: read %d", size, len(buf))
		}
		for i, c := range buf[len(buf) : len(buf)+pad] {
			if c != 0 {
				t.Errorf("%d bytes: padding byte %d is %d", size, i, c)
			}
		}
	}
	if _, err := ReadFile(path + ".missing"); err == nil {
		t.Error("a missing file was read")
	}
}

// FuzzDecode: text without a problem is UTF-8, and a problem lies in the text.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("# coding: latin-1\n\xe9"))
	f.Add([]byte("\xef\xbb\xbf# coding: utf-8\n"))
	f.Add([]byte("#!\r# coding=iso2022_jp\n\x1b$B"))
	f.Add([]byte("# coding: gb18030\n\x81\x30\x81"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, problem := Decode(raw)
		if problem == nil && !utf8.Valid(text) {
			t.Fatalf("%q is not UTF-8", text)
		}
		if problem != nil && (problem.Span.Start > problem.Span.End || int(problem.Span.End) > len(text) || problem.Message == "") {
			t.Fatalf("problem %+v in %d bytes", problem, len(text))
		}
	})
}
