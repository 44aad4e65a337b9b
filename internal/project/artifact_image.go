package project

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// A stage is what a Dockerfile has said about one image so far. A stage that starts FROM another begins as a copy of it.
type stage struct {
	artifact   Artifact
	vars       map[string]string
	entrypoint []Invocation
	words      []string // of an exec-form ENTRYPOINT, which CMD's words follow
	wordsLine  int
	cmd        []Invocation
	cmdWords   []string
	cmdLine    int
	shellEntry bool
	own        bool // CMD or ENTRYPOINT in this very stage
}

// dockerfile gives an artifact for the last stage, which is what a plain build makes, and for every other stage that says
// itself what it runs.
func (p *artifactReader) dockerfile(text []byte) {
	if len(bytes.TrimSpace(text)) == 0 {
		return
	}
	result, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		p.problem(1, "", "not a Dockerfile: "+shorten(err.Error()))
		return
	}
	global := map[string]string{} // ARG before the first FROM
	stages := []*stage{}
	byName := map[string]*stage{}
	var s *stage
	var images []Image
	for _, n := range result.AST.Children {
		line := n.StartLine
		args := nodeWords(n)
		instruction := strings.ToLower(n.Value)
		if instruction == "onbuild" {
			continue
		}
		if s == nil && instruction != "from" && instruction != "arg" {
			continue // the build refuses it; nothing to learn
		}
		switch instruction {
		case "arg":
			for _, a := range args {
				name, value, _ := strings.Cut(a, "=")
				if s == nil && strings.Contains(a, "=") {
					global[name] = expand(value, global) // one without a value is the builder's to give
				} else if s == nil {
					continue
				} else if value != "" {
					s.vars[name] = expand(value, s.vars)
				} else if v, ok := global[name]; ok {
					s.vars[name] = v
				}
			}
		case "from":
			if len(args) == 0 {
				continue
			}
			base := expand(args[0], global)
			next := &stage{vars: map[string]string{}}
			img := parseImage(base, line)
			if len(args) >= 3 && strings.EqualFold(args[1], "as") {
				img.Stage = strings.ToLower(args[2])
			}
			if from := byName[strings.ToLower(base)]; from != nil {
				*next = *from
				next.vars = maps.Clone(from.vars)
				next.artifact.Env, next.artifact.Copies = slices.Clip(from.artifact.Env), slices.Clip(from.artifact.Copies)
				next.artifact.Builds, next.artifact.Ports = slices.Clip(from.artifact.Builds), slices.Clip(from.artifact.Ports)
				next.artifact.Images = slices.Clone(from.artifact.Images)
				next.own = false
			} else {
				next.artifact.Images = []Image{img}
			}
			next.artifact.Kind, next.artifact.Path, next.artifact.Line, next.artifact.Name = p.kind, p.path, line, img.Stage
			images = append(images, img)
			s = next
			stages = append(stages, s)
			if img.Stage != "" {
				byName[img.Stage] = s
			}
		case "env":
			// name, value, separator triples
			var flat []string
			for x := n.Next; x != nil; x = x.Next {
				flat = append(flat, x.Value)
			}
			for i := 0; i+1 < len(flat); i += 3 {
				value := expand(strings.Trim(flat[i+1], `"'`), s.vars)
				s.vars[flat[i]] = value
				s.artifact.Env = append(s.artifact.Env, EnvVar{Name: flat[i], Value: value, Line: line})
			}
		case "workdir":
			if len(args) > 0 {
				dir := expand(args[0], s.vars)
				if !path.IsAbs(dir) {
					dir = path.Join("/", s.artifact.Dir, dir)
				}
				s.artifact.Dir = dir
			}
		case "user":
			if len(args) > 0 {
				s.artifact.User = expand(args[0], s.vars)
			}
		case "expose":
			for _, a := range args {
				port, _, _ := strings.Cut(expand(a, s.vars), "/")
				s.artifact.Ports = append(s.artifact.Ports, port)
			}
		case "copy", "add":
			c := Copy{Line: line}
			for _, f := range n.Flags {
				if from, ok := strings.CutPrefix(f, "--from="); ok {
					c.Stage = from
				}
			}
			if len(args) >= 2 {
				c.To = expand(args[len(args)-1], s.vars)
				if !path.IsAbs(c.To) {
					slash := strings.HasSuffix(c.To, "/") || c.To == "."
					if c.To = path.Join("/", s.artifact.Dir, c.To); slash && c.To != "/" {
						c.To += "/"
					}
				}
				for _, a := range args[:len(args)-1] {
					c.From = append(c.From, expand(a, s.vars))
				}
				s.artifact.Copies = append(s.artifact.Copies, c)
			}
		case "run":
			if n.Attributes["json"] {
				s.artifact.Builds = append(s.artifact.Builds, ParseWords(args, line)...)
			} else if len(args) > 0 {
				s.artifact.Builds = append(s.artifact.Builds, ParseCommand(args[0], line)...)
			}
			for _, h := range n.Heredocs {
				s.artifact.Builds = append(s.artifact.Builds, ParseCommand(h.Content, line+1)...)
			}
		case "healthcheck":
			s.artifact.Probes = nil
			if len(args) > 0 && !strings.EqualFold(args[0], "none") {
				s.artifact.Probes = []Probe{{Kind: "healthcheck", Target: strings.Join(args[1:], " "), Line: line}}
			}
		case "entrypoint":
			s.own = true
			s.cmd, s.cmdWords = nil, nil // an ENTRYPOINT takes an inherited CMD away
			s.entrypoint, s.words, s.shellEntry = nil, nil, false
			if n.Attributes["json"] {
				s.words, s.wordsLine = args, line // not expanded: no shell reads it
			} else if len(args) > 0 {
				s.entrypoint, s.shellEntry = inShell(args[0], ParseCommand(args[0], line)), true
			}
		case "cmd":
			s.own = true
			s.cmd, s.cmdWords = nil, nil
			if n.Attributes["json"] {
				s.cmdWords, s.cmdLine = args, line
			} else if len(args) > 0 {
				s.cmd, s.cmdLine = inShell(args[0], ParseCommand(args[0], line)), line
			}
		}
	}
	for i, s := range stages {
		if i < len(stages)-1 && !s.own {
			continue
		}
		a := s.artifact
		a.Runs = keep(s.runs())
		if i == len(stages)-1 {
			// The last stage carries every image the file names, its own first.
			for _, img := range images {
				if byName[strings.ToLower(img.Name)] == nil && !slices.Contains(a.Images, img) {
					a.Images = append(a.Images, img)
				}
			}
		}
		p.out = append(p.out, a)
	}
	if len(stages) == 0 {
		p.problem(1, "", "this Dockerfile has no FROM")
	}
}

// runs joins ENTRYPOINT and CMD as the container runtime does.
func (s *stage) runs() []Invocation {
	if len(s.artifact.Images) > 0 && strings.Contains(s.artifact.Images[0].Name, "lambda/python") && len(s.words) == 0 && len(s.cmdWords) == 1 {
		// AWS's images take module.function alone.
		handler := s.cmdWords[0]
		if i := strings.LastIndexByte(handler, '.'); i > 0 {
			return []Invocation{{Line: s.cmdLine, Program: "awslambdaric", Runner: "lambda", Module: strings.ReplaceAll(handler[:i], "/", "."), Attr: handler[i+1:], Args: s.cmdWords}}
		}
	}
	switch {
	case s.shellEntry:
		return s.entrypoint
	case len(s.words) == 0 && len(s.cmdWords) > 0:
		out := ParseWords(s.cmdWords, s.cmdLine)
		if len(s.cmdWords) == 3 && path.Base(s.cmdWords[0]) == "sh" && s.cmdWords[1] == "-c" {
			return inShell(s.cmdWords[2], out)
		}
		return out
	case len(s.words) == 0:
		return s.cmd
	}
	out := ParseWords(slices.Concat(s.words, s.cmdWords), s.wordsLine)
	// An entrypoint script by convention ends with exec "$@": what CMD says runs as well.
	if len(out) == 1 && out[0].Runner == "" && (out[0].Shell != "" || strings.Contains(out[0].Program, "entry") || strings.Contains(out[0].Program, "init")) {
		if len(s.cmdWords) > 0 {
			out = append(out, ParseWords(s.cmdWords, s.cmdLine)...)
		} else {
			out = append(out, s.cmd...)
		}
	}
	return out
}

// inShell marks what the image's sh runs without giving its place to it.
func inShell(text string, runs []Invocation) []Invocation {
	for i := range runs {
		runs[i].InShell = !slices.Contains(strings.Fields(text), "exec")
	}
	return runs
}

func nodeWords(n *parser.Node) []string {
	var out []string
	for x := n.Next; x != nil; x = x.Next {
		out = append(out, x.Value)
	}
	return out
}

// expand replaces $NAME, ${NAME}, ${NAME:-default} and ${NAME:+word} by what ARG and ENV gave; an unknown name stays.
func expand(s string, vars map[string]string) string {
	if !strings.Contains(s, "$") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '$' || i+1 >= len(s) {
			b.WriteByte(s[i])
			i++
			continue
		}
		if s[i+1] == '{' {
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				b.WriteString(s[i:])
				break
			}
			inner := s[i+2 : i+end]
			name, word, op := inner, "", ""
			if at := strings.IndexAny(inner, ":-+"); at >= 0 {
				name = inner[:at]
				op = strings.TrimPrefix(inner[at:], ":")
				if op != "" {
					op, word = op[:1], op[1:]
				}
			}
			value, known := vars[name]
			switch {
			case op == "-" && value == "":
				b.WriteString(word)
			case op == "+" && value != "":
				b.WriteString(word)
			case known:
				b.WriteString(value)
			default:
				b.WriteString(s[i : i+end+1])
			}
			i += end + 1
			continue
		}
		j := i + 1
		for j < len(s) && (isNameStart(s[j]) || '0' <= s[j] && s[j] <= '9') {
			j++
		}
		if value, ok := vars[s[i+1:j]]; ok {
			b.WriteString(value)
		} else {
			b.WriteString(s[i:j])
		}
		i = max(j, i+1)
	}
	return b.String()
}
