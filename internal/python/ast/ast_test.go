package ast

import (
	"testing"
	"unsafe"
)

func TestKnownSymbols(t *testing.T) {
	seen := map[string]bool{}
	for s := Sym(1); s < FirstFree; s++ {
		if Known[s] == "" || seen[Known[s]] {
			t.Errorf("symbol %d is %q, empty or twice", s, Known[s])
		}
		seen[Known[s]] = true
	}
	if Known[LastKeyword] != "yield" || Known[SymSelf] != "self" || Known[SymDunderInit] != "__init__" {
		t.Error("the names do not stand with their constants")
	}
}

func TestCharacterByName(t *testing.T) {
	for name, want := range map[string]rune{
		"BULLET": '•', "bullet": '•', "LATIN SMALL LETTER E WITH ACUTE": 'é', "LINE FEED": '\n', "BYTE ORDER MARK": 0xfeff,
		"HANGUL SYLLABLE GAG": '각', "HANGUL SYLLABLE A": '아', "CJK UNIFIED IDEOGRAPH-4E00": '一', "ZOMBIE": '🧟', "SPACE": ' ',
	} {
		if got, ok := CharacterByName(name); !ok || got != want {
			t.Errorf("%s: %U %v, want %U", name, got, ok, want)
		}
	}
	for _, name := range []string{"", "A", "ZZZ", "NO SUCH CHARACTER", "CJK UNIFIED IDEOGRAPH-0041", "HANGUL SYLLABLE X"} {
		if got, ok := CharacterByName(name); ok {
			t.Errorf("%q is %U", name, got)
		}
	}
}

func TestRepr(t *testing.T) {
	for _, test := range []struct {
		minor    int
		in, want string
	}{
		{14, "it's", `"it's"`},
		{14, `it's "so"`, `'it\'s "so"'`},
		{14, "a\n\t\r\\\x00\x7f", `'a\n\t\r\\\x00\x7f'`},
		{14, "é\u00a0\u200b\U0001F600", `'é\xa0\u200b😀'`},
		{14, "\xed\xa0\x80", `'\ud800'`},
		{13, "\u1c89", `'\u1c89'`}, // a letter since Unicode 16
		{14, "\u1c89", "'\u1c89'"},
	} {
		if got := string(AppendRepr(nil, test.in, test.minor)); got != test.want {
			t.Errorf("3.%d %q: %s, want %s", test.minor, test.in, got, test.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"1_000": "1000", "0xFF": "255", "0o17": "15", "0b1_1": "3", "00": "0", "0": "0",
		"0xFFFFFFFFFFFFFFFFFFFF": "1208925819614629174706175",
	} {
		if got := string(AppendInt(nil, []byte(in))); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"1.": "1.0", "1e15": "1000000000000000.0", "1e16": "1e+16", "1e-4": "0.0001", "1e-5": "1e-05", "1e400": "inf",
		".1_0": "0.1", "5e-324": "5e-324", "0.0": "0.0",
	} {
		if got := string(AppendFloat(nil, []byte(in), true)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// TestNodeSizes keeps the commonest nodes from growing unnoticed: their size is parsing's memory traffic.
func TestNodeSizes(t *testing.T) {
	for name, size := range map[string][2]uintptr{
		"Name":      {unsafe.Sizeof(Name{}), 16},
		"Constant":  {unsafe.Sizeof(Constant{}), 20},
		"Attribute": {unsafe.Sizeof(Attribute{}), 32},
		"Call":      {unsafe.Sizeof(Call{}), 72},
		"Assign":    {unsafe.Sizeof(Assign{}), 48},
		"ExprStmt":  {unsafe.Sizeof(ExprStmt{}), 24},
	} {
		if size[0] > size[1] {
			t.Errorf("%s has %d bytes, more than %d", name, size[0], size[1])
		}
	}
}
