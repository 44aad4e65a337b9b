package source

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/text/encoding/charmap"
)

// Encode is the way back from Decode for a text that was edited: raw is the file's bytes, text what takes the place of
// what Decode made of them. The byte order mark stays and so does the declared encoding. It is an error when the file's
// bytes do not come back from its own text (then nothing says how the new text would be written), when the text has a
// character that the encoding lacks, and when the edit changed the declaration.
func Encode(raw, text []byte) ([]byte, error) {
	old, problem := Decode(raw)
	if problem != nil {
		return nil, errors.New(problem.Message)
	}
	mark := raw[:0:0]
	if bytes.HasPrefix(raw, bom) {
		mark = bom
	}
	name, _ := declaration(old)
	if now, _ := declaration(text); now != name {
		return nil, errors.New("the edit would change the file's encoding declaration")
	}
	canonical := canonicalName(name)
	if name == "" || canonical == "utf-8" {
		return append(bytes.Clone(mark), text...), nil
	}
	encode := func(text []byte) ([]byte, error) {
		if canonical == "ascii" {
			for _, c := range text {
				if c >= 0x80 {
					return nil, fmt.Errorf("the file declares ASCII, which does not have every character of the new text")
				}
			}
			return bytes.Clone(text), nil
		}
		enc := encodings[canonical]
		if table, ok := enc.(*charmap.Charmap); ok {
			return encodeTable(text, table, name)
		}
		out, err := enc.NewEncoder().Bytes(text)
		if err != nil {
			return nil, fmt.Errorf("the file's encoding, %s, does not have every character of the new text", name)
		}
		return out, nil
	}
	back, err := encode(old)
	if err != nil || !bytes.Equal(back, raw[len(mark):]) {
		return nil, fmt.Errorf("the file's text can be read in its encoding, %s, but not written back the same", name)
	}
	out, err := encode(text)
	if err != nil {
		return nil, err
	}
	return append(bytes.Clone(mark), out...), nil
}

// encodeTable is decodeTable's way back.
func encodeTable(text []byte, table *charmap.Charmap, name string) ([]byte, error) {
	out := make([]byte, 0, len(text))
	for _, r := range string(text) {
		switch b, ok := table.EncodeRune(r); {
		case r < 0x80:
			out = append(out, byte(r))
		case ok:
			out = append(out, b)
		case r < 0xa0: // the control characters of the ISO 8859 family
			out = append(out, byte(r))
		default:
			return nil, fmt.Errorf("the file's encoding, %s, does not have the character %q", name, r)
		}
	}
	return out, nil
}
