package ast

import (
	_ "embed"
	"strconv"
	"strings"
)

// charNames holds the names of Unicode's characters and their aliases, one a line with the code point after a tab,
// sorted; names made by rule are not in it. unicode_tables.py writes it.
//
//go:embed charnames.txt
var charNames string

// CharacterByName finds the character that \N{name} stands for; case does not matter.
func CharacterByName(name string) (rune, bool) {
	name = strings.ToUpper(name)
	if r, ok := ruledName(name); ok {
		return r, true
	}
	lo, hi := 0, len(charNames)
	for lo < hi {
		mid := lo + (hi-lo)/2
		start := strings.LastIndexByte(charNames[lo:mid], '\n') + 1 + lo
		end := start + strings.IndexByte(charNames[start:], '\n')
		line := charNames[start:end]
		tab := strings.IndexByte(line, '\t')
		switch c := strings.Compare(name, line[:tab]); {
		case c == 0:
			r, err := strconv.ParseUint(line[tab+1:], 16, 32)
			return rune(r), err == nil
		case c < 0:
			hi = start
		default:
			lo = end + 1
		}
	}
	return 0, false
}

// ruledNames are the prefixes of names that end in the code point, with the ranges that have them.
var ruledNames = []struct {
	prefix string
	ranges [][2]rune
}{
	{"CJK UNIFIED IDEOGRAPH-", cjkRanges},
	{"TANGUT IDEOGRAPH-", tangutRanges},
}

func ruledName(name string) (rune, bool) {
	if syllable, ok := strings.CutPrefix(name, "HANGUL SYLLABLE "); ok {
		return hangul(syllable)
	}
	for _, rule := range ruledNames {
		digits, ok := strings.CutPrefix(name, rule.prefix)
		if !ok || len(digits) < 4 || len(digits) > 5 {
			continue
		}
		r := rune(0)
		for i := 0; i < len(digits); i++ {
			c := digits[i]
			switch {
			case c >= '0' && c <= '9':
				r = r<<4 | rune(c-'0')
			case c >= 'A' && c <= 'F':
				r = r<<4 | rune(c-'A'+10)
			default:
				return 0, false
			}
		}
		for _, x := range rule.ranges {
			if r >= x[0] && r <= x[1] {
				return r, true
			}
		}
	}
	return 0, false
}

var (
	hangulLead  = strings.Split("G GG N D DD R M B BB S SS  J JJ C K T P H", " ")
	hangulVowel = strings.Split("A AE YA YAE EO E YEO YE O WA WAE OE YO U WEO WE WI YU EU YI I", " ")
	hangulTail  = strings.Split(" G GG GS N NJ NH D L LG LM LB LS LT LP LH M B BS S SS NG J C K T P H", " ")
)

// hangul composes a syllable from its name by the rule of the Unicode Standard, section 3.12.
func hangul(name string) (rune, bool) {
	for l, lead := range hangulLead {
		if !strings.HasPrefix(name, lead) {
			continue
		}
		for v, vowel := range hangulVowel {
			tail, ok := strings.CutPrefix(name[len(lead):], vowel)
			if !ok {
				continue
			}
			for t, want := range hangulTail {
				if tail == want {
					return 0xac00 + rune((l*len(hangulVowel)+v)*len(hangulTail)+t), true
				}
			}
		}
	}
	return 0, false
}
