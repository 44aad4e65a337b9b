package project

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// compose reads a compose file: https://github.com/compose-spec/compose-spec.
func (p *artifactReader) compose(text []byte) {
	for _, doc := range p.yaml(text) {
		for _, s := range doc.get("services").pairs() {
			if !s.value.isMap() {
				continue
			}
			p.composeService(s.key, s.line, s.value)
		}
	}
}

func (p *artifactReader) composeService(name string, line int, s ynode) {
	a := p.add(name, line)
	dir := parentOf(p.path)
	if img := s.get("image"); img.isText() {
		a.Images = []Image{parseImage(expand(img.text(), nil), img.line())}
	}
	if b := s.get("build"); b.isText() {
		a.Build = &Build{Context: joinTree(dir, b.text()), Line: b.line()}
	} else if b.isMap() {
		a.Build = &Build{Context: joinTree(dir, b.get("context").text()), Dockerfile: b.get("dockerfile").text(), Target: b.get("target").text(), Line: b.line()}
	}
	if a.Build != nil {
		if a.Build.Dockerfile == "" {
			a.Build.Dockerfile = "Dockerfile"
		}
		a.Build.Dockerfile = joinTree(a.Build.Context, a.Build.Dockerfile)
	}
	a.Dir = s.get("working_dir").text()
	entry, command := s.get("entrypoint"), s.get("command")
	switch {
	case entry.isText():
		a.run(entry.text()+" "+command.text(), entry.line())
	case entry.isList():
		a.exec(slices.Concat(plainTexts(entry), plainTexts(command)), entry.line())
	case command.isText():
		// Compose splits the words itself and starts no shell, but $$VAR and quotes read the same.
		a.run(strings.ReplaceAll(command.text(), "$$", "$"), command.line())
	case command.isList():
		a.exec(plainTexts(command), command.line())
	}
	if len(a.Runs) == 1 && a.Runs[0].Shell != "" && entry.ok() && command.ok() {
		if command.isList() {
			a.exec(plainTexts(command), command.line())
		} else {
			a.run(command.text(), command.line())
		}
	}
	a.Env = envList(s.get("environment"))
	for _, f := range s.get("env_file").items() {
		file := f.text()
		if f.isMap() {
			file = f.get("path").text()
		}
		a.EnvFiles = append(a.EnvFiles, EnvFile{joinTree(dir, file), f.line()})
	}
	if f := s.get("env_file"); f.isText() {
		a.EnvFiles = append(a.EnvFiles, EnvFile{joinTree(dir, f.text()), f.line()})
	}
	for _, port := range s.get("ports").items() {
		text := port.text()
		if port.isMap() {
			text = port.get("target").text()
			a.Public = a.Public || port.get("published").ok()
		} else {
			text, _, _ = strings.Cut(text, "/")
			host, container, mapped := cutLast(text, ":")
			if mapped {
				text = container
				a.Public = a.Public || !strings.HasPrefix(host, "127.") && !strings.HasPrefix(host, "localhost")
			}
		}
		if text != "" {
			a.Ports = append(a.Ports, text)
		}
	}
	if h := s.get("healthcheck"); h.isMap() && h.get("disable").text() != "true" {
		a.Probes = append(a.Probes, Probe{Kind: "healthcheck", Target: strings.Join(plainTexts(h.get("test")), " "), Line: h.line()})
	}
	a.Restart = s.get("restart").text()
	deploy := s.get("deploy")
	if c := deploy.get("restart_policy", "condition"); c.ok() {
		a.Restart = c.text()
	}
	a.Replicas, _ = strconv.Atoi(deploy.get("replicas").text())
	for _, key := range []string{"memory", "cpus"} {
		l := deploy.get("resources", "limits", key)
		a.limit(strings.TrimSuffix(key, "s"), l.text(), l.line())
	}
	if m := s.get("mem_limit"); m.ok() {
		a.limit("memory", m.text(), m.line())
	}
	a.User = s.get("user").text()
	for _, n := range s.get("depends_on").texts() {
		a.Needs = append(a.Needs, n.text)
	}
	for _, n := range s.get("depends_on").pairs() {
		a.Needs = append(a.Needs, n.key)
	}
	for _, x := range s.get("secrets").items() {
		n := x.text()
		if x.isMap() {
			n = x.get("source").text()
		}
		a.Secrets = append(a.Secrets, EnvVar{Name: n, Line: x.line(), From: "secret"})
	}
	// Ofelia and similar schedulers are told by labels.
	labels := s.get("labels")
	for _, l := range labels.pairs() {
		if strings.HasPrefix(l.key, "ofelia.job-") && strings.HasSuffix(l.key, ".schedule") {
			a.Schedules = append(a.Schedules, Trigger{Text: l.value.text(), Line: l.line})
		}
		if strings.HasPrefix(l.key, "ofelia.job-") && strings.HasSuffix(l.key, ".command") {
			a.run(l.value.text(), l.line)
		}
	}
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func plainTexts(n ynode) []string {
	var out []string
	for _, t := range n.texts() {
		out = append(out, t.text)
	}
	return out
}

// envList reads the two forms that many tools share: a mapping, or a list of NAME=value and NAME (taken from the host).
func envList(n ynode) []EnvVar {
	var out []EnvVar
	for _, v := range n.pairs() {
		if v.key == "<<" {
			for _, m := range append([]ynode{v.value}, v.value.items()...) {
				for _, inner := range m.pairs() {
					out = append(out, EnvVar{Name: inner.key, Value: inner.value.text(), Line: inner.line, From: hostValue(inner.value.text())})
				}
			}
			continue
		}
		e := EnvVar{Name: v.key, Value: v.value.text(), Line: v.line, From: hostValue(v.value.text())}
		if v.value.isText() && v.value.Tag == "!!null" {
			e.From, e.Value = "host", ""
		}
		out = append(out, e)
	}
	for _, item := range n.items() {
		if !item.isText() {
			continue
		}
		name, value, given := strings.Cut(item.text(), "=")
		e := EnvVar{Name: name, Value: value, Line: item.line(), From: hostValue(value)}
		if !given {
			e.From = "host"
		}
		out = append(out, e)
	}
	return out
}

// hostValue marks a value that is only ${NAME}: it comes from where the tool itself runs.
func hostValue(v string) string {
	if strings.HasPrefix(v, "${") && strings.IndexByte(v, '}') == len(v)-1 || strings.HasPrefix(v, "$") && isIdentifier(v[1:]) {
		return "host"
	}
	return ""
}

// kubernetes reads manifests of any kind that holds a pod. A templated file (Helm, Jinja) is not YAML until it is rendered.
// yamlByContent reads a YAML file whose name says nothing: a compose file (local.yml, stack.prod.yml) or manifests of Kubernetes.
func (p *artifactReader) yamlByContent(text []byte) {
	if i := bytes.Index(text, []byte("services:")); i == 0 || i > 0 && text[i-1] == '\n' {
		docs, _ := parseYAML(text)
		for _, doc := range docs {
			for _, s := range doc.get("services").pairs() {
				if s.value.get("image").isText() || s.value.get("build").ok() {
					p.kind = Compose
					p.compose(text)
					return
				}
			}
		}
	}
	p.kubernetes(text)
}

func (p *artifactReader) kubernetes(text []byte) {
	s := string(text)
	if !strings.Contains(s, "apiVersion") || !strings.Contains(s, "kind") {
		return
	}
	if strings.Contains(s, "{{") {
		p.kind = Helm
		p.problem(1, "check the rendered manifest: helm template . > manifest.yaml", "this manifest is a template and was not read")
		return
	}
	p.kind = Kubernetes
	docs, bad := parseYAML(text)
	for _, doc := range docs {
		if list := doc.get("items"); doc.get("kind").text() == "List" && list.isList() {
			for _, item := range list.items() {
				p.kubernetesObject(item)
			}
			continue
		}
		p.kubernetesObject(doc)
	}
	if bad != nil && len(p.out) > 0 {
		p.problem(bad.line, "", bad.message)
	}
}

func (p *artifactReader) kubernetesObject(doc ynode) {
	kind, name := doc.get("kind").text(), doc.get("metadata", "name").text()
	if kind == "" || !doc.get("apiVersion").isText() {
		return
	}
	line := doc.get("kind").line()
	spec := doc.get("spec")
	var pods []ynode
	switch kind {
	case "Pod":
		pods = []ynode{spec}
	case "CronJob":
		pods = []ynode{spec.get("jobTemplate", "spec", "template", "spec")}
	case "ConfigMap", "Secret":
		a := p.add(name, line)
		a.Resource = kind
		for _, section := range []string{"data", "stringData"} {
			for _, v := range doc.get(section).pairs() {
				e := EnvVar{Name: v.key, Value: v.value.text(), Line: v.line, From: "config"}
				if kind == "Secret" {
					e.Value, e.From = "", "secret"
					a.Secrets = append(a.Secrets, e)
				} else if len(e.Value) < 4096 {
					a.Env = append(a.Env, e)
				}
			}
		}
		return
	case "Service", "Ingress", "HTTPRoute", "VirtualService":
		a := p.add(name, line)
		a.Resource = kind
		kindOf := spec.get("type").text()
		a.Public = kind != "Service" || kindOf == "LoadBalancer" || kindOf == "NodePort"
		for _, port := range spec.get("ports").items() {
			target := port.get("targetPort").text()
			if target == "" {
				target = port.get("port").text()
			}
			a.Ports = append(a.Ports, target)
		}
		for _, s := range spec.get("selector").pairs() {
			if s.key == "app" || s.key == "app.kubernetes.io/name" {
				a.Needs = append(a.Needs, s.value.text())
			}
		}
		for _, rule := range spec.get("rules").items() {
			for _, route := range rule.get("http", "paths").items() {
				if n := route.get("backend", "service", "name").text(); n != "" && !slices.Contains(a.Needs, n) {
					a.Needs = append(a.Needs, n)
				}
			}
		}
		return
	case "Workflow", "WorkflowTemplate", "CronWorkflow", "ClusterWorkflowTemplate":
		w := spec
		if inner := spec.get("workflowSpec"); inner.ok() {
			w = inner
		}
		for _, t := range w.get("templates").items() {
			for _, key := range []string{"container", "script"} {
				if c := t.get(key); c.isMap() {
					a := p.container(kind, t.get("name").text(), c)
					if src := c.get("source"); src.ok() && len(a.Runs) > 0 && a.Runs[0].Runner == "python" {
						a.Runs[0].Code = src.text()
					}
					schedule(a, spec)
				}
			}
		}
		return
	default:
		pods = []ynode{spec.get("template", "spec")}
	}
	for _, pod := range pods {
		containers := pod.get("containers").items()
		for _, c := range append(containers, pod.get("initContainers").items()...) {
			n := name
			if len(containers) > 1 || pod.get("initContainers").ok() {
				n = name + "/" + c.get("name").text()
			}
			a := p.container(kind, n, c)
			a.Restart = pod.get("restartPolicy").text()
			a.Replicas, _ = strconv.Atoi(spec.get("replicas").text())
			if a.User == "" {
				a.User = userOf(pod.get("securityContext"))
			}
			schedule(a, spec)
			job := spec
			if kind == "CronJob" {
				job = spec.get("jobTemplate", "spec")
				c := spec.get("concurrencyPolicy")
				a.limit("concurrency", c.text(), c.line())
				d := spec.get("startingDeadlineSeconds")
				a.limit("starting-deadline", d.text(), d.line())
			}
			t, b := job.get("activeDeadlineSeconds"), job.get("backoffLimit")
			a.limit("timeout", t.text(), t.line())
			a.limit("retries", b.text(), b.line())
		}
	}
}

func schedule(a *Artifact, spec ynode) {
	for _, s := range append([]ynode{spec.get("schedule")}, spec.get("schedules").items()...) {
		if s.isText() {
			zone := spec.get("timeZone").text()
			if zone == "" {
				zone = spec.get("timezone").text()
			}
			a.Schedules = append(a.Schedules, Trigger{Text: s.text(), Timezone: zone, Line: s.line()})
		}
	}
}

func userOf(sc ynode) string {
	if u := sc.get("runAsUser"); u.isText() {
		return u.text()
	}
	if sc.get("runAsNonRoot").text() == "true" {
		return "nonroot"
	}
	return ""
}

func (p *artifactReader) container(kind, name string, c ynode) *Artifact {
	line := c.line()
	a := p.add(name, line)
	a.Resource = kind
	if img := c.get("image"); img.isText() {
		a.Images = []Image{parseImage(img.text(), img.line())}
	}
	command, args := c.get("command"), c.get("args")
	words := slices.Concat(plainTexts(command), plainTexts(args))
	at := command.line()
	if at == 0 {
		at = args.line()
	}
	a.exec(words, at)
	a.Dir = c.get("workingDir").text()
	for _, e := range c.get("env").items() {
		v := EnvVar{Name: e.get("name").text(), Value: e.get("value").text(), Line: e.line()}
		from := e.get("valueFrom")
		switch {
		case from.get("secretKeyRef").ok():
			v.From = "secret"
			a.Secrets = append(a.Secrets, EnvVar{Name: from.get("secretKeyRef", "name").text() + "/" + from.get("secretKeyRef", "key").text(), Line: e.line(), From: "secret"})
		case from.get("configMapKeyRef").ok():
			v.From = "config"
		case from.ok():
			v.From = "host"
		}
		a.Env = append(a.Env, v)
	}
	for _, e := range c.get("envFrom").items() {
		if n := e.get("secretRef", "name"); n.ok() {
			a.EnvAll = append(a.EnvAll, EnvVar{Name: n.text(), Line: e.line(), From: "secret"})
		}
		if n := e.get("configMapRef", "name"); n.ok() {
			a.EnvAll = append(a.EnvAll, EnvVar{Name: n.text(), Line: e.line(), From: "config"})
		}
	}
	for _, port := range c.get("ports").items() {
		a.Ports = append(a.Ports, port.get("containerPort").text())
	}
	for _, kind := range []string{"liveness", "readiness", "startup"} {
		probe := c.get(kind + "Probe")
		if !probe.isMap() {
			continue
		}
		target := probe.get("httpGet", "path").text()
		if target == "" {
			target = probe.get("tcpSocket", "port").text() + probe.get("grpc", "port").text() + strings.Join(plainTexts(probe.get("exec", "command")), " ")
		}
		a.Probes = append(a.Probes, Probe{Kind: kind, Target: target, Line: probe.line()})
	}
	for _, key := range []string{"memory", "cpu"} {
		l := c.get("resources", "limits", key)
		a.limit(key, l.text(), l.line())
	}
	a.User = userOf(c.get("securityContext"))
	return a
}

// gitlab reads .gitlab-ci.yml; the reserved top-level keys are those of GitLab's reference.
func (p *artifactReader) gitlab(text []byte) {
	reserved := []string{"default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script", "after_script", "spec", "pages:deploy", "types"}
	for _, doc := range p.yaml(text) {
		shared := envValues(doc.get("variables"))
		for _, job := range doc.pairs() {
			if slices.Contains(reserved, job.key) || !job.value.isMap() || strings.HasPrefix(job.key, ".") {
				continue
			}
			a := p.add(job.key, job.line)
			image := job.value.get("image")
			if !image.ok() {
				image = doc.get("image")
			}
			if image.isMap() {
				image = image.get("name")
			}
			if image.ok() {
				a.Images = []Image{parseImage(image.text(), image.line())}
			}
			a.Env = append(slices.Clone(shared), envValues(job.value.get("variables"))...)
			for _, key := range []string{"before_script", "script", "after_script"} {
				script := job.value.get(key)
				if !script.ok() && key == "before_script" {
					script = doc.get("default", key)
					if !script.ok() {
						script = doc.get(key)
					}
				}
				for _, l := range flatten(script, 0) {
					a.run(l.text, l.line)
				}
			}
			for _, n := range job.value.get("needs").items() {
				name := n.text()
				if n.isMap() {
					name = n.get("job").text()
				}
				a.Needs = append(a.Needs, name)
			}
			t, r := job.value.get("timeout"), job.value.get("retry")
			a.limit("timeout", t.text(), t.line())
			a.limit("retries", r.text()+r.get("max").text(), r.line())
			a.Workflow = &Workflow{Environment: job.value.get("environment").text() + job.value.get("environment", "name").text()}
			for _, rule := range job.value.get("rules").items() {
				if strings.Contains(rule.get("if").text(), `"schedule"`) {
					a.Workflow.Triggers = append(a.Workflow.Triggers, "schedule")
				}
			}
			for _, only := range job.value.get("only").texts() {
				if only.text == "schedules" {
					a.Workflow.Triggers = append(a.Workflow.Triggers, "schedule")
				}
			}
		}
	}
}

// flatten reads a script's lines; lists may nest where anchors were used.
func flatten(n ynode, depth int) []lineText {
	if n.isText() {
		line := n.line()
		if strings.Contains(n.text(), "\n") {
			line++ // a block scalar's text starts on the line after its mark
		}
		return []lineText{{n.text(), line}}
	}
	var out []lineText
	if depth < 5 {
		for _, item := range n.items() {
			out = append(out, flatten(item, depth+1)...)
		}
	}
	return out
}

// envValues reads variables whose value may be a mapping with value and description.
func envValues(n ynode) []EnvVar {
	out := envList(n)
	for i, v := range n.pairs() {
		if v.value.isMap() && i < len(out) {
			out[i].Value = v.value.get("value").text()
		}
	}
	return out
}

// preCommit lists the hooks and their pinned versions as uses, and local hooks as commands.
func (p *artifactReader) preCommit(text []byte) {
	for _, doc := range p.yaml(text) {
		a := p.add("", 1)
		a.Workflow = &Workflow{Triggers: []string{"commit"}}
		for _, repo := range doc.get("repos").items() {
			url, rev := repo.get("repo"), repo.get("rev")
			for _, hook := range repo.get("hooks").items() {
				id := hook.get("id").text()
				if url.text() == "local" || url.text() == "meta" {
					if entry := hook.get("entry"); entry.isText() {
						a.run(entry.text(), entry.line())
					}
					continue
				}
				a.Workflow.Uses = append(a.Workflow.Uses, Use{Action: fmt.Sprintf("%s#%s", url.text(), id), Ref: rev.text(), Line: hook.line()})
			}
		}
	}
}

// Source finds the file of the repository that is at a path in the image, context being the build context's directory
// relative to the checked root. exists says which files there are: a COPY may name a file or a directory, and a later one
// covers an earlier.
func (a *Artifact) Source(inImage, context string, exists func(string) bool) (string, bool) {
	if !path.IsAbs(inImage) {
		inImage = path.Join("/", a.Dir, inImage)
	}
	inImage = path.Clean(inImage)
	for _, c := range slices.Backward(a.Copies) {
		if c.Stage != "" {
			continue
		}
		to := path.Clean(c.To)
		tail, below := strings.CutPrefix(inImage, strings.TrimSuffix(to, "/")+"/")
		for _, from := range c.From {
			from = clean(from)
			var candidates []string
			if inImage == to {
				candidates = append(candidates, from) // COPY main.py /app/run.py
			}
			if below {
				candidates = append(candidates, path.Join(from, tail)) // a directory: what is in it is copied
				if strings.ContainsAny(from, "*?[") || path.Base(from) == tail {
					candidates = append(candidates, path.Join(parentOf(from), tail)) // files into a directory
				}
			}
			for _, file := range candidates {
				if file = joinTree(context, file); exists(file) {
					return file, true
				}
			}
		}
	}
	return "", false
}
