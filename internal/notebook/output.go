package notebook

import "strings"

// OutputKind says what an output is.
type OutputKind uint8

const (
	Stream  OutputKind = iota // stdout or stderr
	Display                   // display_data
	Result                    // execute_result: the value of the last expression
	Failure                   // an exception
)

// Output is one stored output of a code cell. Its contents stay in the file's bytes until Text is called.
type Output struct {
	Kind  OutputKind
	Name  string   // of a Stream: stdout or stderr; of a Failure: the exception's name
	Types []string // MIME types of a Display or Result, in file order
	raw   []byte
}

// nbformat 3 has short names for MIME types.
var oldTypes = map[string]string{
	"text": "text/plain", "html": "text/html", "png": "image/png", "jpeg": "image/jpeg", "svg": "image/svg+xml",
	"latex": "text/latex", "json": "application/json", "javascript": "application/javascript", "pdf": "application/pdf",
}

func (r *reader) output() Output {
	var o Output
	r.next()
	start := r.at
	r.object(func(key string) {
		switch key {
		case "output_type":
			switch r.text() {
			case "display_data", "update_display_data":
				o.Kind = Display
			case "execute_result", "pyout":
				o.Kind = Result
			case "error", "pyerr":
				o.Kind = Failure
			}
		case "name", "stream", "ename":
			o.Name = r.text()
		case "data":
			r.object(func(mime string) { o.Types = append(o.Types, mime) })
		default:
			if mime, ok := oldTypes[key]; ok {
				o.Types = append(o.Types, mime)
			}
		}
	})
	if o.Kind == Stream || o.Kind == Failure {
		o.Types = nil
	}
	if r.err == nil {
		o.raw = r.src[start:r.at]
	}
	return o
}

// Text is the readable contents: what was printed, the texts of a display (not its images), a traceback.
func (o *Output) Text() string {
	var parts []string
	s := scanner{src: o.raw}
	member := func(key string) {
		switch {
		case strings.HasPrefix(key, "image/"), key == "application/pdf", key == "png", key == "jpeg", key == "pdf":
		case s.next() == '"' || s.next() == '[':
			parts = append(parts, s.lines())
		case s.next() == '{':
			start := s.at
			s.skip()
			parts = append(parts, string(s.src[start:s.at]))
		}
	}
	s.object(func(key string) {
		switch key {
		case "output_type", "metadata", "execution_count", "prompt_number", "name", "stream", "ename":
		case "data":
			s.object(member)
		case "traceback":
			parts = append(parts, strings.Join(s.strings(), "\n"))
		default:
			member(key)
		}
	})
	return strings.Join(parts, "\n")
}
