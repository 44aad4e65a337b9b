package project

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A ynode reads a YAML node that may be absent or of another kind than expected; what does not fit gives the zero value.
// Aliases are followed, but a reader goes down by fixed keys and lists, so an alias bomb costs what is looked at.
type ynode struct{ *yaml.Node }

// parseYAML reads all documents of a file. What is before the first fault is returned with it.
func parseYAML(text []byte) (docs []ynode, bad *syntaxError) {
	defer func() {
		if r := recover(); r != nil {
			bad = &syntaxError{line: 1, message: "this YAML cannot be read"}
		}
	}()
	d := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var n yaml.Node
		err := d.Decode(&n)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			line := 1
			message := strings.TrimPrefix(err.Error(), "yaml: ")
			// "… line 3: did not find expected key"
			if head, tail, ok := strings.Cut(message, "line "); ok {
				number, rest, _ := strings.Cut(tail, ":")
				if n, err := strconv.Atoi(strings.TrimSpace(number)); err == nil {
					line, message = n, head+rest
				}
			}
			return docs, &syntaxError{line: max(line, 1), message: strings.Join(strings.Fields(message), " ")}
		}
		if n.Kind == yaml.DocumentNode && len(n.Content) == 1 {
			docs = append(docs, ynode{n.Content[0]}.resolved())
		}
	}
}

// resolved follows aliases; a chain of them is short or a circle.
func (n ynode) resolved() ynode {
	for range 8 {
		if n.Node == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n.Node = n.Alias
	}
	return ynode{}
}

func (n ynode) ok() bool { return n.Node != nil }

func (n ynode) line() int {
	if n.Node == nil {
		return 0
	}
	return n.Line
}

func (n ynode) isMap() bool  { return n.Node != nil && n.Kind == yaml.MappingNode }
func (n ynode) isList() bool { return n.Node != nil && n.Kind == yaml.SequenceNode }
func (n ynode) isText() bool { return n.Node != nil && n.Kind == yaml.ScalarNode }

// get goes down by keys. A merge key (<<) is looked into when the key itself is absent.
func (n ynode) get(path ...string) ynode {
	for _, key := range path {
		n = n.child(key, 0)
	}
	return n
}

func (n ynode) child(key string, depth int) ynode {
	if !n.isMap() || depth > 3 {
		return ynode{}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Kind == yaml.ScalarNode && n.Content[i].Value == key {
			return ynode{n.Content[i+1]}.resolved()
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "<<" {
			merged := ynode{n.Content[i+1]}.resolved()
			for _, m := range append([]ynode{merged}, merged.items()...) {
				if v := m.child(key, depth+1); v.ok() {
					return v
				}
			}
		}
	}
	return ynode{}
}

// A ypair is one key of a mapping.
type ypair struct {
	key   string
	line  int
	value ynode
}

func (n ynode) pairs() []ypair {
	if !n.isMap() {
		return nil
	}
	out := make([]ypair, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		out = append(out, ypair{n.Content[i].Value, n.Content[i].Line, ynode{n.Content[i+1]}.resolved()})
	}
	return out
}

func (n ynode) items() []ynode {
	if !n.isList() {
		return nil
	}
	out := make([]ynode, 0, len(n.Content))
	for _, c := range n.Content {
		out = append(out, ynode{c}.resolved())
	}
	return out
}

func (n ynode) text() string {
	if !n.isText() {
		return ""
	}
	return n.Value
}

// texts is a list's scalars, or a lone scalar as a list of one.
func (n ynode) texts() []lineText {
	if n.isText() {
		return []lineText{{n.Value, n.Line}}
	}
	var out []lineText
	for _, item := range n.items() {
		if item.isText() {
			out = append(out, lineText{item.Value, item.Line})
		}
	}
	return out
}
