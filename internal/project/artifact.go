package project

import (
	"path"
	"strings"
	"sync"
)

// An Artifact is one unit that deploys, schedules, starts or configures work: a stage of a Dockerfile, a service of a
// compose file, a container of a Kubernetes manifest, a line of a crontab, a job of a workflow, a set of environment keys.
// One file gives one artifact a unit, in the file's order; what a kind of artifact cannot say is left empty.
type Artifact struct {
	Kind     ArtifactKind
	Path     string // slash path relative to the checked root
	Line     int
	Name     string // of the service, container, job, target or unit
	Resource string // Kubernetes' kind

	Runs      []Invocation // the commands that are the point of it; a build's steps are in Builds
	Builds    []Invocation // RUN in a Dockerfile, installing steps
	Dir       string       // where the commands start; absolute in an image
	Schedules []Trigger
	Env       []EnvVar
	EnvFiles  []EnvFile
	EnvAll    []EnvVar // whole sets taken over: envFrom, with the set's name
	Ports     []string
	Public    bool // reachable from outside its host or cluster, as far as it says
	Probes    []Probe
	Restart   string
	Replicas  int
	User      string // "" when it says none
	Images    []Image
	Build     *Build // where the image comes from, when it is built here
	Copies    []Copy // into an image
	Secrets   []EnvVar
	Needs     []string // units of the same file that it waits for
	Limits    map[string]Limit
	Workflow  *Workflow // of a workflow's job

	Problems []Problem
}

// ArtifactKind names what sort of file an artifact is from.
type ArtifactKind string

const (
	Dockerfile     ArtifactKind = "dockerfile"
	Compose        ArtifactKind = "compose"
	Procfile       ArtifactKind = "procfile"
	SystemdService ArtifactKind = "systemd-service"
	SystemdTimer   ArtifactKind = "systemd-timer"
	Kubernetes     ArtifactKind = "kubernetes"
	Helm           ArtifactKind = "helm"
	Crontab        ArtifactKind = "crontab"
	GitHubWorkflow ArtifactKind = "github-workflow"
	GitLabCI       ArtifactKind = "gitlab-ci"
	Supervisord    ArtifactKind = "supervisord"
	ServiceRun     ArtifactKind = "service-run" // the run file of a service that s6 or runit supervises
	UWSGI          ArtifactKind = "uwsgi"
	ActionsLock    ArtifactKind = "actions-lock" // .github/…/actions-lock.json: the commits of actions by version
	PreCommit      ArtifactKind = "pre-commit"
	Tox            ArtifactKind = "tox"
	Makefile       ArtifactKind = "makefile"
	EnvExample     ArtifactKind = "env-example"
	EnvKeys        ArtifactKind = "env" // a real .env file
	ShellScript    ArtifactKind = "shell"
	yamlCandidate  ArtifactKind = "yaml" // may be a Kubernetes manifest
)

// A Trigger is a schedule as written.
type Trigger struct {
	Text     string // cron text, or systemd's OnCalendar
	Timezone string // "" when the artifact's system decides
	Line     int
}

// A Probe asks whether a unit works.
type Probe struct {
	Kind   string // liveness, readiness, startup, healthcheck
	Target string // path, port or command
	Line   int
}

// An Image is a reference to a container image.
type Image struct {
	Name   string // python, ghcr.io/acme/api
	Tag    string
	Digest string // sha256:…
	Stage  string // of a Dockerfile: the name that FROM … AS gives
	Line   int
}

// A Build is where a compose file has an image built.
type Build struct {
	Context    string // relative to the checked root
	Dockerfile string
	Target     string
	Line       int
}

// A Copy is COPY or ADD in a Dockerfile.
type Copy struct {
	From []string // relative to the build context, or in another stage
	To   string   // in the image, absolute
	// Stage is the other stage or image that From is in.
	Stage string
	Line  int
}

// A Limit is a bound that an artifact sets: memory, cpu, timeout, retries, concurrency.
type Limit struct {
	Value string
	Line  int
}

// An EnvFile is a file that an artifact reads environment variables from.
type EnvFile struct {
	Path string // relative to the checked root
	Line int
}

// A Workflow is what a GitHub workflow's job says beyond its commands.
type Workflow struct {
	Triggers    []string // push, pull_request_target, schedule
	Permissions map[string]string
	// PermissionsLine is 0 when neither the workflow nor the job sets any: the token then has the repository's default.
	PermissionsLine int
	Uses            []Use
	Expressions     []Expression
	Environment     string
	Condition       string // the job's own if
	Checkouts       []Checkout
	Scripts         int      // steps that run a script, or an action of the repository itself
	FreeTexts       []string // inputs, in lower case, that whoever starts it by hand may fill with any text
	Answered        []string // ids, in lower case, of steps whose outputs an action of somebody else makes
	Traced          []Traced
}

// A Traced is a variable with the name of a secret that a script fetches while its shell prints every command with what it
// stands for.
type Traced struct {
	Name string
	Line int
	Set  int // line of `set -x`
}

// A Checkout is a step that fetches code other than the event's own.
type Checkout struct {
	Text      string // the ref as written
	Condition string // the step's if
	Line      int
}

// A Use is an action or reusable workflow, with the version after the @.
type Use struct {
	Action string
	Ref    string
	Line   int
	// Version is what the comment beside a commit hash says it is: v4.2.1 of `@<hash> # v4.2.1`; "" without one.
	Version string
}

// Pinned says whether the version is a full commit hash.
func (u Use) Pinned() bool { return len(u.Ref) == 40 && strings.Trim(u.Ref, "0123456789abcdef") == "" }

// An Expression is a ${{ … }} inside a script, where its value becomes program text.
type Expression struct {
	Text string
	Line int
}

// ArtifactKindOf says by name what a file may be; "" is nothing that is read. For other YAML files, only their content
// tells (Kubernetes).
func ArtifactKindOf(file string) ArtifactKind {
	dir, base := split(file)
	lower := strings.ToLower(base)
	stem, ext := cutExt(lower)
	switch {
	case lower == "dockerfile" || lower == "containerfile" || strings.HasPrefix(lower, "dockerfile.") || strings.HasPrefix(lower, "containerfile.") || ext == ".dockerfile":
		if ext == ".dockerignore" || ext == ".j2" || ext == ".tmpl" || ext == ".template" || ext == ".md" {
			return ""
		}
		return Dockerfile
	case base == "Procfile" || strings.HasPrefix(base, "Procfile."):
		return Procfile
	case ext == ".service":
		return SystemdService
	case ext == ".timer":
		return SystemdTimer
	case lower == "crontab" || ext == ".crontab" || ext == ".cron" || lower == "crontab.txt" || lower == "cronjobs" || baseOf(dir) == "cron.d" && ext != ".md":
		return Crontab
	case lower == "makefile" || lower == "gnumakefile" || ext == ".mk":
		return Makefile
	case lower == "tox.ini":
		return Tox
	case ext == ".sh" || ext == ".bash":
		return ShellScript
	case base == "run" && supervised(dir):
		return ServiceRun
	case lower == "env.example" || lower == "env.sample" || lower == "env.template" || lower == "example.env" || lower == "sample.env":
		return EnvExample
	case strings.HasPrefix(lower, ".env") && lower != ".envrc" && !strings.HasPrefix(lower, ".environment"):
		for _, word := range []string{"example", "sample", "template", "dist", "defaults", "default", "tpl"} {
			if strings.Contains(lower, word) {
				return EnvExample
			}
		}
		return EnvKeys
	case (ext == ".conf" || ext == ".ini") && strings.Contains(strings.ToLower(file), "supervisor"):
		return Supervisord
	case ext == ".ini" && strings.Contains(stem, "uwsgi"):
		return UWSGI
	case lower == "actions-lock.json" && strings.HasPrefix(file, ".github/"):
		return ActionsLock
	case ext == ".yml" || ext == ".yaml":
		switch {
		case strings.HasPrefix(stem, "docker-compose") || stem == "compose" || strings.HasPrefix(stem, "compose.") || strings.HasPrefix(stem, "compose-"):
			return Compose
		case baseOf(dir) == "workflows" && baseOf(parentOf(dir)) == ".github":
			return GitHubWorkflow
		case stem == ".gitlab-ci" || strings.HasSuffix(stem, ".gitlab-ci"):
			return GitLabCI
		case stem == ".pre-commit-config":
			return PreCommit
		case stem == "chart":
			return Helm
		case isTestPath(file), strings.HasPrefix(base, "."), strings.Contains(dir, ".github"):
			return ""
		}
		return yamlCandidate
	}
	return ""
}

// supervised: the directory is that of one service, among those that s6 or runit keeps running.
func supervised(dir string) bool {
	switch above := baseOf(parentOf(dir)); above {
	case "services.d", "s6-rc.d", "sv", "service", "services", "runit":
		return above != "services" || strings.Contains(dir, "s6")
	}
	return false
}

// Wanted says whether Walk should list a file that is neither Python nor a notebook: a manifest, lock or artifact.
func Wanted(file string) bool {
	base := baseOf(file)
	if i := strings.LastIndexByte(base, '.'); i > 0 {
		switch base[i:] { // the commonest files of other languages, decided without looking further
		case ".md", ".rst", ".js", ".ts", ".tsx", ".css", ".html", ".json", ".csv", ".png", ".svg", ".po", ".mo", ".c", ".h", ".go", ".rs", ".java":
			return base == "actions-lock.json" && ArtifactKindOf(file) != ""
		}
	}
	if _, ok := ManifestKindOf(file); ok {
		return true
	}
	if _, ok := LockKindOf(file); ok {
		return true
	}
	return ArtifactKindOf(file) != ""
}

// ParseArtifact reads a file of any kind that ArtifactKindOf knows.
func ParseArtifact(file string, text []byte) (out []Artifact) {
	kind := ArtifactKindOf(file)
	p := &artifactReader{path: file, kind: kind}
	func() {
		defer guard(file, &p.problems)
		switch kind {
		case Dockerfile:
			p.dockerfile(text)
		case Compose:
			p.compose(text)
		case Procfile:
			p.procfile(text)
		case SystemdService, SystemdTimer:
			p.systemd(text)
		case Crontab:
			p.crontab(text)
		case GitHubWorkflow:
			p.workflow(text)
		case GitLabCI:
			p.gitlab(text)
		case Supervisord:
			p.supervisord(text)
		case ServiceRun:
			p.serviceRun(text)
		case UWSGI:
			p.uwsgi(text)
		case ActionsLock:
			p.actionsLock(text)
		case PreCommit:
			p.preCommit(text)
		case Tox:
			p.tox(text)
		case Makefile:
			p.makefile(text)
		case EnvExample, EnvKeys:
			p.envFile(text)
		case ShellScript:
			p.shellScript(text)
		case Helm:
			p.add(parentOf(file), 1)
		case yamlCandidate:
			p.yamlByContent(text)
		}
	}()
	if len(p.problems) > 0 {
		if len(p.out) == 0 {
			if p.kind == yamlCandidate {
				p.kind = Kubernetes
			}
			p.out = append(p.out, Artifact{Kind: p.kind, Path: file, Line: 1})
		}
		p.out[0].Problems = append(p.out[0].Problems, p.problems...)
	}
	return p.out
}

type artifactReader struct {
	path     string
	kind     ArtifactKind
	out      []Artifact
	problems []Problem
}

func (p *artifactReader) add(name string, line int) *Artifact {
	p.out = append(p.out, Artifact{Kind: p.kind, Path: p.path, Name: name, Line: line})
	return &p.out[len(p.out)-1]
}

func (p *artifactReader) problem(line int, help, message string) {
	p.problems = append(p.problems, Problem{Path: p.path, Line: line, Message: message, Help: help})
}

// yaml parses the file, reporting a fault as a problem; what came before it is used.
func (p *artifactReader) yaml(text []byte) []ynode {
	docs, bad := parseYAML(text)
	if bad != nil {
		p.problem(bad.line, "", bad.message)
	}
	return docs
}

func (a *Artifact) limit(name, value string, line int) {
	if value == "" {
		return
	}
	if a.Limits == nil {
		a.Limits = map[string]Limit{}
	}
	a.Limits[name] = Limit{value, line}
}

// run adds the commands of a shell text.
func (a *Artifact) run(text string, line int) {
	a.Runs = append(a.Runs, keep(ParseCommand(text, line))...)
}

// exec adds a command that no shell reads.
func (a *Artifact) exec(words []string, line int) {
	if len(words) > 0 {
		a.Runs = append(a.Runs, keep(ParseWords(words, line))...)
	}
}

// keep drops the programs that everyone knows to be no entry point of this repository.
func keep(list []Invocation) []Invocation {
	out := list[:0]
	for _, i := range list {
		if i.Runner != "" || i.Shell != "" || !systemPrograms()[i.Program] && i.Program != "" && i.Program[0] != '$' && i.Program[0] != '-' {
			out = append(out, i)
		}
	}
	return out
}

var systemPrograms = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(`[ [[ : true false test echo printf cat ls cp mv rm ln mkdir rmdir touch chmod chown chgrp cd pwd set unset export read
		sleep wait kill pkill trap exit return source shift local declare eval let head tail sort uniq cut tr sed awk gawk grep egrep find xargs tee wc diff date
		tar gzip gunzip unzip zip xz bzip2 curl wget ssh scp rsync git apt apt-get apk yum dnf microdnf brew dpkg rpm add-apt-repository apt-key gpg update-ca-certificates
		npm npx yarn pnpm node bun deno corepack make cmake gcc g++ cargo rustup go java mvn gradle docker docker-compose docker-buildx podman buildah helm kubectl
		kustomize terraform tofu aws gcloud gsutil az pip pip3 pip-compile pip-sync pip-audit pipenv poetry uv uvx pdm hatch rye conda mamba micromamba pipx virtualenv pyenv which
		command type hash id whoami uname hostname ps top df du free mount umount sysctl ulimit useradd adduser usermod groupadd addgroup passwd su sudo service systemctl
		journalctl psql pg_isready pg_dump mysql mysqladmin redis-cli redis-server mongo sqlite3 nginx nc netstat ping openssl base64 jq yq envsubst basename dirname
		realpath readlink mktemp seq yes env printenv less more vi nano locale-gen ldconfig patch install tput clear stty history alias
		getopts shopt pushd popd jobs bg fg disown umask nproc expr bc md5sum sha256sum sha1sum cmp split paste column comm rev nl od xxd strings file stat watch`) {
		set[name] = true
	}
	return set
})

// joinTree joins a path in an artifact to the artifact's directory; a leading ./ and .. are worked out.
func joinTree(dir, to string) string {
	if to == "" {
		return dir
	}
	return clean(path.Join(dir, strings.ReplaceAll(to, `\`, "/")))
}

// parseImage splits name:tag@digest; a registry's port is no tag.
func parseImage(ref string, line int) Image {
	img := Image{Line: line}
	name, digest, _ := strings.Cut(ref, "@")
	img.Digest = digest
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name, img.Tag = name[:i], name[i+1:]
	}
	img.Name = name
	return img
}
