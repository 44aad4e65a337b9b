package effects

import (
	"slices"
	"strings"
)

// SQLTables are the tables that a statement, or several of them, names as what it reads and what it writes, in lower case and
// without quotes. Names that it gives itself (WITH) are left out, and so is all of a text with a placeholder for a name in it.
func SQLTables(text string) (reads, writes []string) {
	words := sqlWords(text)
	own := map[string]bool{}
	for i, w := range words {
		// WITH x AS (…), y AS (…)
		if w == "as" && i > 0 && i+1 < len(words) && words[i+1] == "(" {
			own[words[i-1]] = true
		}
	}
	add := func(to *[]string, name string) {
		if name != "" && !own[name] && isSQLName(name) && !slices.Contains(*to, name) {
			*to = append(*to, name)
		}
	}
	at := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	for i := 0; i < len(words); i++ {
		switch words[i] {
		case "from":
			if i > 0 && (words[i-1] == "delete" || words[i-1] == "distinct") {
				if words[i-1] == "delete" {
					add(&writes, at(i+1))
				}
				continue
			}
			if i > 2 && words[i-2] == "(" && slices.Contains([]string{"extract", "trim", "substring", "overlay"}, words[i-3]) {
				continue // extract(year from day)
			}
			for j := i + 1; ; { // from a, b
				if at(j+1) == "(" {
					break // a function that gives rows
				}
				add(&reads, at(j))
				for j++; at(j) == "as" || at(j-1) == "as" && j > i+2; j++ {
				}
				if at(j) != "," && at(j+1) == "," {
					j++
				}
				if at(j) != "," {
					break
				}
				j++
			}
		case "join", "using":
			if at(i+1) != "(" && at(i+2) != "(" {
				add(&reads, at(i+1))
			}
		case "into":
			if prev := at(max(i-1, 0)); i > 0 && (prev == "insert" || prev == "merge" || prev == "replace" || prev == "overwrite" || prev == "copy") {
				j := i + 1
				if at(j) == "table" {
					j++
				}
				add(&writes, at(j))
			}
		case "update":
			if at(i+2) == "set" || at(i+3) == "set" {
				add(&writes, at(i+1))
			}
		case "table":
			if !slices.Contains(words[max(0, i-4):i], "create") && !slices.Contains(words[max(0, i-4):i], "truncate") {
				continue
			}
			j := i + 1
			if at(j) == "if" {
				j += 3 // if not exists
			}
			add(&writes, at(j))
		}
	}
	return reads, writes
}

// sqlWords are the words of a text, with quotes of names taken off, texts and comments left out, and brackets and commas by themselves.
func sqlWords(text string) []string {
	var out []string
	t := strings.ToLower(text)
	for i := 0; i < len(t); {
		c := t[i]
		switch {
		case strings.HasPrefix(t[i:], "--"):
			n := strings.IndexByte(t[i:], '\n')
			if n < 0 {
				return out
			}
			i += n
		case strings.HasPrefix(t[i:], "/*"):
			n := strings.Index(t[i:], "*/")
			if n < 0 {
				return out
			}
			i += n + 2
		case c == '\'':
			n := strings.IndexByte(t[i+1:], '\'')
			if n < 0 {
				return out
			}
			out = append(out, "''")
			i += n + 2
		case isSQLByte(c) || c == '"' || c == '`' || c == '[':
			j := i
			var b strings.Builder
			for j < len(t) && (isSQLByte(t[j]) || t[j] == '"' || t[j] == '`' || t[j] == '[' || t[j] == ']') {
				if isSQLByte(t[j]) {
					b.WriteByte(t[j])
				}
				j++
			}
			out = append(out, b.String())
			i = j
		case c == '(' || c == ')' || c == ',' || c == ';':
			out = append(out, string(c))
			i++
		default:
			i++
		}
	}
	return out
}

func isSQLByte(c byte) bool {
	return c == '_' || c == '.' || c == '-' || c == '{' || c == '}' || c == '%' || c == '$' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80
}

// isSQLName: a name that is written out, and no word of the language.
func isSQLName(w string) bool {
	switch w {
	case "select", "lateral", "unnest", "values", "only", "where", "set", "dual", "group", "order", "left", "inner", "cross":
		return false
	}
	return !strings.ContainsAny(w, "{}%$") && (w[0] == '_' || w[0] >= 'a' && w[0] <= 'z' || w[0] >= 0x80)
}
