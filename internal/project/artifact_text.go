package project

import (
	"bytes"
	"regexp"
	"strings"
)

// procfile reads "name: command" lines.
func (p *artifactReader) procfile(text []byte) {
	number := 0
	for raw := range bytes.Lines(text) {
		number++
		line := strings.TrimSpace(string(raw))
		name, command, ok := strings.Cut(line, ":")
		if !ok || line[0] == '#' || strings.ContainsAny(name, " \t") {
			continue
		}
		a := p.add(name, number)
		a.Public = name == "web"
		a.run(strings.TrimSpace(command), number)
	}
}

// systemd reads a .service or .timer unit.
func (p *artifactReader) systemd(text []byte) {
	f := parseUnit(text)
	stem, _ := cutExt(baseOf(p.path))
	a := p.add(stem, 1)
	if timer := f.section("Timer"); timer != nil {
		for _, k := range timer.keys {
			switch k.name {
			case "OnCalendar", "OnUnitActiveSec", "OnUnitInactiveSec", "OnBootSec", "OnActiveSec":
				a.Schedules = append(a.Schedules, Trigger{Text: k.name + "=" + k.text(), Line: k.line})
			case "Persistent":
				a.limit("persistent", k.text(), k.line)
			}
		}
		unit := timer.text("Unit")
		if unit == "" {
			unit = stem + ".service"
		}
		a.Needs = append(a.Needs, unit)
	}
	s := f.section("Service")
	if s == nil {
		return
	}
	a.Dir, a.User, a.Restart = s.text("WorkingDirectory"), s.text("User"), s.text("Restart")
	if s.text("DynamicUser") == "yes" || s.text("DynamicUser") == "true" {
		a.User = "dynamic"
	}
	for _, k := range s.keys {
		switch k.name {
		case "ExecStart":
			// systemd's own prefixes come before the path; it expands variables and needs no shell otherwise.
			if command := strings.TrimLeft(k.text(), "-@:+!"); command != "" {
				a.run(command, k.line)
			}
		case "Environment":
			for _, word := range splitQuoted(k.text()) {
				if name, value, ok := strings.Cut(word, "="); ok {
					a.Env = append(a.Env, EnvVar{Name: name, Value: value, Line: k.line})
				}
			}
		case "PassEnvironment":
			for name := range strings.FieldsSeq(k.text()) {
				a.Env = append(a.Env, EnvVar{Name: name, Line: k.line, From: "host"})
			}
		case "EnvironmentFile":
			a.EnvFiles = append(a.EnvFiles, EnvFile{strings.TrimPrefix(k.text(), "-"), k.line})
		case "RuntimeMaxSec", "TimeoutStartSec", "TimeoutSec":
			a.limit("timeout", k.text(), k.line)
		case "MemoryMax", "MemoryLimit":
			a.limit("memory", k.text(), k.line)
		case "CPUQuota":
			a.limit("cpu", k.text(), k.line)
		case "LoadCredential", "LoadCredentialEncrypted", "SetCredential":
			name, _, _ := strings.Cut(k.text(), ":")
			a.Secrets = append(a.Secrets, EnvVar{Name: name, Line: k.line, From: "secret"})
		case "WatchdogSec":
			a.Probes = append(a.Probes, Probe{Kind: "liveness", Target: "watchdog " + k.text(), Line: k.line})
		}
	}
}

// splitQuoted splits words at blanks, with quotes around a word or a part of it.
func splitQuoted(s string) []string {
	var out []string
	var b strings.Builder
	quote, started := byte(0), false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			} else {
				b.WriteByte(c)
			}
		case c == '"' || c == '\'':
			quote, started = c, true
		case c == ' ' || c == '\t' || c == '\n':
			if started {
				out = append(out, b.String())
				b.Reset()
				started = false
			}
		default:
			b.WriteByte(c)
			started = true
		}
	}
	if started {
		out = append(out, b.String())
	}
	return out
}

// crontab reads a user's table, or a system one (/etc/crontab, cron.d), which has the user in the sixth field.
func (p *artifactReader) crontab(text []byte) {
	system := strings.Contains(p.path, "cron.d/") || strings.HasPrefix(p.path, "etc/") || strings.Contains(p.path, "/etc/")
	var env []EnvVar
	zone := ""
	number := 0
	for raw := range bytes.Lines(text) {
		number++
		line := strings.TrimSpace(string(raw))
		if line == "" || line[0] == '#' {
			continue
		}
		if name, value, ok := strings.Cut(line, "="); ok && isIdentifier(strings.TrimSpace(name)) {
			e := EnvVar{Name: strings.TrimSpace(name), Value: strings.Trim(strings.TrimSpace(value), `"'`), Line: number}
			if e.Name == "CRON_TZ" || e.Name == "TZ" {
				zone = e.Value
			}
			env = append(env, e)
			continue
		}
		count := 5
		if line[0] == '@' {
			count = 1
		}
		fields, command := cutFields(line, count)
		when := strings.Join(fields, " ")
		if _, err := ParseSchedule(when); err != nil {
			p.problem(number, "write five fields and a command, or a nickname such as @daily", "not a crontab entry: "+err.Error())
			continue
		}
		first, rest := cutFields(command, 1)
		// A user name is a plain word that is no program known here; the rest must still be a command.
		user := ""
		if system && len(first) == 1 && rest != "" && !strings.ContainsAny(first[0], "/.=$") {
			user, command = first[0], rest
		}
		if command == "" {
			p.problem(number, "", "a crontab entry without a command")
			continue
		}
		// An unquoted % ends the command; what follows is its input.
		if i := strings.Index(strings.ReplaceAll(command, `\%`, "\x00\x00"), "%"); i >= 0 {
			command = command[:i]
		}
		a := p.add("", number)
		a.User, a.Env = user, env
		a.Schedules = []Trigger{{Text: when, Timezone: zone, Line: number}}
		a.run(strings.ReplaceAll(command, `\%`, "%"), number)
		if len(a.Runs) > 0 {
			a.Name = a.Runs[0].Program
		}
	}
}

// cutFields takes n words off the front.
func cutFields(s string, n int) (fields []string, rest string) {
	rest = strings.TrimSpace(s)
	for range n {
		i := strings.IndexAny(rest, " \t")
		if i < 0 {
			if rest != "" {
				fields = append(fields, rest)
			}
			return fields, ""
		}
		fields = append(fields, rest[:i])
		rest = strings.TrimLeft(rest[i:], " \t")
	}
	return fields, rest
}

func (p *artifactReader) supervisord(text []byte) {
	for _, s := range parseINI(text) {
		kind, name, _ := strings.Cut(s.name, ":")
		if kind != "program" && kind != "fcgi-program" && kind != "eventlistener" {
			continue
		}
		a := p.add(name, s.line)
		a.Dir, a.User, a.Restart = s.text("directory"), s.text("user"), s.text("autorestart")
		if k, ok := s.key("command"); ok && len(k.lines) > 0 {
			// %(ENV_NAME)s and its like are variables, but no shell's.
			command := strings.NewReplacer("%(ENV_", "${", "%(", "${", ")s", "}", ")d", "}").Replace(strings.Join(strings.Fields(k.text()), " "))
			a.run(command, k.lines[0].line)
		}
		if k, ok := s.key("environment"); ok {
			for _, word := range splitQuoted(strings.ReplaceAll(k.text(), ",", " ")) {
				if n, v, ok := strings.Cut(word, "="); ok {
					a.Env = append(a.Env, EnvVar{Name: n, Value: v, Line: k.line})
				}
			}
		}
	}
}

// serviceRun reads the run file of a supervised service, a shell's or execline's, which ends in the command that stays:
// https://skarnet.org/software/s6/servicedir.html.
func (p *artifactReader) serviceRun(text []byte) {
	a := p.add(baseOf(parentOf(p.path)), 1)
	a.Restart = "always"
	a.run(string(text), 1)
	if len(a.Runs) == 0 {
		p.out = nil
	}
}

// uwsgi reads uWSGI's configuration, whose keys are its options:
// https://uwsgi-docs.readthedocs.io/en/latest/Configuration.html. Daemons and mules are commands beside the application.
func (p *artifactReader) uwsgi(text []byte) {
	for _, s := range parseINI(text) {
		if s.name != "uwsgi" {
			continue
		}
		a := p.add("", s.line)
		a.Dir, a.User = s.text("chdir"), s.text("uid")
		words, line := []string{"uwsgi"}, 0
		for _, k := range s.keys {
			switch value := k.text(); k.name {
			case "module", "wsgi", "wsgi-file", "file", "callable", "mount", "http", "http-socket", "socket":
				words = append(words, "--"+k.name, value)
				if line == 0 || k.name == "module" || k.name == "wsgi-file" {
					line = k.line
				}
			case "attach-daemon", "attach-daemon2", "smart-attach-daemon":
				a.run(value, k.line)
			case "mule":
				if strings.HasSuffix(value, ".py") {
					a.exec([]string{"python", value}, k.line)
				}
			case "harakiri":
				a.limit("timeout", value, k.line)
			}
		}
		if len(words) > 1 {
			a.exec(words, line)
		}
	}
}

// tox reads the commands of each environment.
func (p *artifactReader) tox(text []byte) {
	for _, s := range parseINI(text) {
		if s.name != "testenv" && !strings.HasPrefix(s.name, "testenv:") {
			continue
		}
		a := p.add(strings.TrimPrefix(strings.TrimPrefix(s.name, "testenv"), ":"), s.line)
		for _, key := range []string{"commands_pre", "commands"} {
			k, _ := s.key(key)
			for _, l := range k.lines {
				_, command, conditional := strings.Cut(l.text, ": ") // py312: pytest
				if !conditional {
					command = l.text
				}
				a.run(strings.TrimLeft(command, "-!"), l.line)
			}
		}
		k, _ := s.key("setenv")
		if len(k.lines) == 0 {
			k, _ = s.key("set_env")
		}
		for _, l := range k.lines {
			if n, v, ok := strings.Cut(l.text, "="); ok {
				a.Env = append(a.Env, EnvVar{Name: strings.TrimSpace(n), Value: strings.TrimSpace(v), Line: l.line})
			}
		}
	}
}

// makefile reads the recipes of each target: variables that the file sets are expanded, recipes are shell.
func (p *artifactReader) makefile(text []byte) {
	vars := map[string]string{}
	var targets []int
	number := 0
	var pending []byte
	start := 0
	for raw := range bytes.Lines(text) {
		number++
		line := strings.TrimRight(string(raw), "\r\n")
		if len(pending) == 0 {
			start = number
		}
		if body, more := strings.CutSuffix(line, `\`); more {
			pending = append(append(pending, body...), ' ')
			continue
		}
		line, pending = string(pending)+line, pending[:0]
		if strings.HasPrefix(line, "\t") {
			command := strings.TrimLeft(strings.TrimSpace(line), "@-+")
			for _, t := range targets {
				p.out[t].run(makeExpand(command, vars), start)
			}
			continue
		}
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		if name, value, ok := makeAssignment(line); ok {
			if _, set := vars[name]; !set && len(vars) < 10_000 {
				vars[name] = makeExpand(value, vars)
			}
			continue
		}
		targets = nil
		left, _, isRule := strings.Cut(line, ":")
		if !isRule || strings.ContainsAny(left, "=(") && !strings.Contains(left, "$(") {
			continue
		}
		for name := range strings.FieldsSeq(left) {
			if name[0] == '.' || strings.ContainsAny(name, "%$") || len(targets) >= 20 {
				continue
			}
			p.add(name, start)
			targets = append(targets, len(p.out)-1)
		}
	}
	// A target that starts nothing is none of our business.
	kept := p.out[:0]
	for _, a := range p.out {
		if len(a.Runs) > 0 {
			kept = append(kept, a)
		}
	}
	p.out = kept
}

func makeAssignment(line string) (name, value string, ok bool) {
	line = strings.TrimPrefix(strings.TrimPrefix(line, "export "), "override ")
	i := strings.IndexByte(line, '=')
	if i <= 0 {
		return "", "", false
	}
	name = strings.TrimSpace(strings.TrimRight(line[:i], ":?+! "))
	return name, strings.TrimSpace(line[i+1:]), isIdentifier(strings.ReplaceAll(name, "-", "_"))
}

// makeExpand replaces $(NAME) and ${NAME} that the file sets and makes $$ a shell's $.
func makeExpand(s string, vars map[string]string) string {
	var b strings.Builder
	for i := 0; i < len(s) && b.Len() < maxCommand; {
		if s[i] != '$' || i+1 >= len(s) {
			b.WriteByte(s[i])
			i++
			continue
		}
		switch closing := map[byte]byte{'(': ')', '{': '}'}[s[i+1]]; {
		case s[i+1] == '$':
			b.WriteByte('$')
			i += 2
		case closing != 0:
			end := strings.IndexByte(s[i:], closing)
			if end < 0 {
				b.WriteString(s[i:])
				return b.String()
			}
			name := s[i+2 : i+end]
			if v, ok := vars[name]; ok {
				b.WriteString(v)
			} else if isIdentifier(name) {
				b.WriteString("${" + name + "}")
			} else {
				b.WriteString("make-function")
			}
			i += end + 1
		default:
			b.WriteString("make-variable")
			i += 2
		}
	}
	return b.String()
}

// envFile reads NAME=value lines, of which only the names matter to us: values of a real .env file are left where they are.
func (p *artifactReader) envFile(text []byte) {
	a := p.add("", 1)
	number := 0
	for raw := range bytes.Lines(text) {
		number++
		line := strings.TrimSpace(string(raw))
		commented := false
		if p.kind == EnvExample && strings.HasPrefix(line, "#") {
			// An example names optional keys in comments: "# SENTRY_DSN=".
			line, commented = strings.TrimSpace(strings.TrimLeft(line, "#")), true
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name = strings.TrimSpace(name)
		if !ok || !isIdentifier(name) || commented && (strings.ToUpper(name) != name || strings.Contains(strings.TrimSpace(value), " ")) {
			continue
		}
		e := EnvVar{Name: name, Line: number, From: "file"}
		if p.kind == EnvExample {
			e.Value = strings.Trim(strings.TrimSpace(value), `"'`)
		}
		a.Env = append(a.Env, e)
	}
}

// shellScript reads a script for what it starts; entry points of images are often one.
func (p *artifactReader) shellScript(text []byte) {
	a := p.add(baseOf(p.path), 1)
	a.run(string(text), 1)
	if m := dropsRights.FindSubmatch(text); m != nil {
		a.User = string(m[1])
	}
	if len(a.Runs) == 0 {
		p.out = nil
	}
}

// dropsRights finds the program by which a script goes on as another user.
var dropsRights = regexp.MustCompile(`(?m)(?:^|[\s;&|(])(gosu|su-exec|setpriv|runuser|su|sudo|chroot|s6-setuidgid|setuidgid|chpst|start-stop-daemon|capsh)\s`)
