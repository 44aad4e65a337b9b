package project

import (
	"strings"
)

// An iniFile is the sections of a file in the family of configparser (setup.cfg, tox.ini, supervisord.conf) and systemd.
// Keys are kept in order and may repeat; a value carries the line of each of its parts.
type iniFile []iniSection

type iniSection struct {
	name string
	line int
	keys []iniKey
}

type iniKey struct {
	name  string
	line  int
	lines []lineText // the value's lines, trimmed; the first is what follows the separator
}

// parseINI reads configparser's form: "key = value" or "key: value", indented lines go on, '#' and ';' start a comment at
// the start of a line, and " ;" or " #" is left alone in values, as configparser does by default.
func parseINI(text []byte) iniFile {
	var f iniFile
	number := 0
	var key *iniKey
	for raw := range strings.Lines(string(text)) {
		number++
		line := strings.TrimRight(raw, "\r\n\t ")
		trimmed := strings.TrimLeft(line, " \t")
		switch {
		case trimmed == "":
			continue
		case trimmed[0] == '#' || trimmed[0] == ';':
			continue
		case len(trimmed) < len(line) && key != nil:
			key.lines = append(key.lines, lineText{trimmed, number})
		case trimmed[0] == '[':
			name, _, ok := strings.Cut(trimmed[1:], "]")
			if ok {
				f = append(f, iniSection{name: strings.TrimSpace(name), line: number})
			}
			key = nil
		default:
			if len(f) == 0 {
				continue // configparser refuses keys before the first section; there is nothing to read into
			}
			at := strings.IndexAny(trimmed, "=:")
			name, value := trimmed, ""
			if at >= 0 {
				name, value = trimmed[:at], trimmed[at+1:]
			}
			s := &f[len(f)-1]
			s.keys = append(s.keys, iniKey{name: strings.ToLower(strings.TrimSpace(name)), line: number})
			key = &s.keys[len(s.keys)-1]
			if value = strings.TrimSpace(value); value != "" {
				key.lines = append(key.lines, lineText{value, number})
			}
		}
	}
	return f
}

// parseUnit reads systemd's form: "Key=value", a backslash at the end of a line goes on, comments only as whole lines.
func parseUnit(text []byte) iniFile {
	var f iniFile
	number, start := 0, 0
	var pending []byte
	for raw := range strings.Lines(string(text)) {
		number++
		line := strings.TrimSpace(raw)
		if len(pending) == 0 {
			start = number
		}
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if body, more := strings.CutSuffix(line, `\`); more {
			pending = append(append(pending, body...), ' ')
			continue
		}
		line, pending = string(pending)+line, pending[:0]
		if line[0] == '[' {
			if name, _, ok := strings.Cut(line[1:], "]"); ok {
				f = append(f, iniSection{name: name, line: start})
			}
			continue
		}
		if name, value, ok := strings.Cut(line, "="); ok && len(f) > 0 {
			s := &f[len(f)-1]
			s.keys = append(s.keys, iniKey{name: strings.TrimSpace(name), line: start, lines: []lineText{{strings.TrimSpace(value), start}}})
		}
	}
	return f
}

func (f iniFile) section(name string) *iniSection {
	for i := range f {
		if f[i].name == name {
			return &f[i]
		}
	}
	return nil
}

// all gives every key of that name, in order; the zero section has none.
func (s *iniSection) all(name string) []iniKey {
	var out []iniKey
	if s != nil {
		for _, k := range s.keys {
			if strings.EqualFold(k.name, name) {
				out = append(out, k)
			}
		}
	}
	return out
}

func (s *iniSection) key(name string) (iniKey, bool) {
	all := s.all(name)
	if len(all) == 0 {
		return iniKey{}, false
	}
	return all[len(all)-1], true
}

func (s *iniSection) text(name string) string {
	k, _ := s.key(name)
	return k.text()
}

func (k iniKey) text() string {
	parts := make([]string, len(k.lines))
	for i, l := range k.lines {
		parts[i] = l.text
	}
	return strings.Join(parts, "\n")
}
