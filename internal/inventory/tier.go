package inventory

import (
	"slices"
	"strconv"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/project"
)

// deploys are the artifacts that put work into operation, schedules those that start it by the clock.
var deploys = map[project.ArtifactKind]string{project.Dockerfile: "an image", project.Compose: "a compose service", project.Procfile: "a Procfile", project.SystemdService: "a systemd unit",
	project.Kubernetes: "a Kubernetes manifest", project.Helm: "a Helm chart", project.Supervisord: "supervisord",
	project.ServiceRun: "a supervised service", project.UWSGI: "uWSGI"}

func describeStart(s start) string {
	a := s.artifact
	name := ""
	if a.Name != "" {
		name = " (" + a.Name + ")"
	}
	if len(a.Schedules) > 0 {
		return "is scheduled: " + a.Schedules[0].Text + name
	}
	if what := deploys[a.Kind]; what != "" {
		return "is started by " + what + name
	}
	return "is run by " + artifactWords(a.Kind) + name
}

func artifactWords(k project.ArtifactKind) string {
	switch k {
	case project.GitHubWorkflow, project.GitLabCI:
		return "a workflow"
	case project.Makefile:
		return "a Makefile"
	case project.SystemdTimer:
		return "a systemd timer"
	case project.PreCommit:
		return "a pre-commit hook"
	case project.ShellScript:
		return "a shell script"
	}
	return "a " + string(k)
}

// tiers infers every work's tier.
//
// A tier is the highest that any evidence asks for. What anyone sees outside, or pays through, is customer-facing; what runs
// on a schedule or is deployed, and changes something outside itself (rows, messages, payments, queues) or answers requests,
// is business-critical; what somebody installed, started, imports or writes shared data with is internal; the rest, and
// what is among examples, is experimental.
func (b *builder) tiers() {
	for _, w := range b.work {
		b.infer(w)
	}
	// What other work imports matters as much as internal work does.
	for _, w := range b.work {
		if w.File < 0 || w.Aside != "" || !b.files[w.File].imported {
			continue
		}
		n := effects.Node(b.a.Files[w.File].FirstFunc())
		for _, o := range b.work {
			if o != w && o.reach.has(n) && o.Aside == "" {
				w.raise(project.Internal, "is imported by "+o.Name, o.Path, 0)
				break
			}
		}
	}
	for _, w := range b.work {
		if w.Inferred == project.NoTier {
			w.Inferred = project.Experimental
			if len(w.Evidence) == 0 {
				w.Evidence = append(w.Evidence, Evidence{"nothing depends on it: no schedule, deployment or other work", w.Path, 0})
			}
		}
		if !w.Declared {
			w.Tier = w.Inferred
		} else {
			w.Evidence = append([]Evidence{{"declared " + w.Tier.String(), b.cfg.File, w.Line}}, w.Evidence...)
		}
		for _, e := range w.kinds {
			if !slices.Contains(w.Evidence, e) {
				w.Evidence = append(w.Evidence, e)
			}
		}
	}
}

func (w *work) raise(t project.Tier, what, file string, line int) {
	w.Inferred = max(w.Inferred, t)
	if e := (Evidence{what, file, line}); !slices.Contains(w.Evidence, e) { // a script that an image starts may call it seven times
		w.Evidence = append(w.Evidence, e)
	}
}

// outward are the effects that others feel.
var outward = []struct {
	kind knowledge.EffectKind
	what string
}{
	{knowledge.Payment, "takes payments"},
	{knowledge.DBWrite, "writes to a database"},
	{knowledge.Notify, "sends messages"},
	{knowledge.Queue, "publishes to a queue"},
}

func (b *builder) infer(w *work) {
	if w.Aside != "" {
		w.Inferred = project.Experimental
		w.Evidence = append(w.Evidence, Evidence{"is in " + w.Aside + "/", w.Path, 0})
		return
	}
	var deployed, scheduled, public *Evidence
	for _, s := range b.starts[max(w.File, 0)] {
		if w.File < 0 {
			break
		}
		e := Evidence{describeStart(s), s.artifact.Path, s.entry.Line}
		if e.Line == 0 {
			e.Line = s.artifact.Line
		}
		switch {
		case len(s.artifact.Schedules) > 0:
			if scheduled == nil {
				scheduled = &e
			}
			w.raise(project.Internal, e.What, e.File, e.Line)
		case deploys[s.artifact.Kind] != "":
			if deployed == nil {
				deployed = &e
			}
			w.raise(project.Internal, e.What, e.File, e.Line)
		default:
			w.raise(project.Internal, e.What, e.File, e.Line)
		}
		if s.artifact.Public && public == nil {
			what := "can be reached from outside"
			if len(s.artifact.Ports) > 0 {
				what += " on port " + strings.Join(s.artifact.Ports, ", ")
			}
			public = &Evidence{what, s.artifact.Path, s.artifact.Line}
		}
	}
	for _, s := range w.Starts {
		switch {
		case strings.HasPrefix(s.What, "is installed as"):
			w.raise(project.Internal, s.What, s.File, s.Line)
		case strings.Contains(s.What, "as the job "):
			w.raise(project.Internal, s.What, s.File, s.Line)
			if strings.HasPrefix(s.What, "is scheduled") {
				scheduled = &s
			}
		}
	}
	if w.File >= 0 && b.files[w.File].schedule != nil && (w.Kind == project.KindPipeline || w.Kind == project.KindJob) {
		c := b.files[w.File].schedule
		scheduled = c
		w.raise(project.Internal, c.What, c.File, c.Line)
	}
	pays, changes := false, false
	for _, o := range outward {
		if e := b.effect(w, o.kind, o.what); e != nil {
			t := project.Internal
			if o.kind == knowledge.Payment {
				pays = true
				t = project.BusinessCritical
			}
			changes = true
			if w.Kind == project.KindLibrary || w.Kind == project.KindNotebook && scheduled == nil && deployed == nil {
				t = project.NoTier // its callers decide; a notebook that writes now and then is still an experiment
			}
			w.raise(t, e.What, e.File, e.Line)
		}
	}
	routes := 0
	for i := range w.Roots {
		if w.Roots[i].Phase == Request {
			routes++
		}
	}
	switch w.Kind {
	case project.KindService, project.KindAIApp, project.KindDashboard:
		if routes > 0 {
			n := strconv.Itoa(routes) + " routes"
			if routes == 1 {
				n = "1 route"
			}
			w.raise(project.Internal, "answers requests: "+n, w.Path, 0)
		}
		switch {
		case public != nil && (routes > 0 || w.Kind != project.KindAIApp):
			w.raise(project.CustomerFacing, public.What, public.File, public.Line)
		case deployed != nil && pays:
			w.Inferred = max(w.Inferred, project.CustomerFacing)
		case deployed != nil && (routes > 0 || w.Kind == project.KindService):
			w.Inferred = max(w.Inferred, project.BusinessCritical)
		}
	case project.KindJob, project.KindPipeline:
		w.raise(project.Internal, "runs without anybody watching", w.Path, 0)
	case project.KindLibrary, project.KindCLI:
		if w.Kind == project.KindLibrary {
			w.raise(project.Internal, "others may install and import it", w.Path, 0)
		}
	}
	if changes && (scheduled != nil || deployed != nil) {
		w.Inferred = max(w.Inferred, project.BusinessCritical)
	}
}

// effect is the first place where a work has an effect.
func (b *builder) effect(w *work, k knowledge.EffectKind, what string) *Evidence {
	for i := range w.Roots {
		r := &w.Roots[i]
		if r.Phase == Import && w.Kind != project.KindNotebook && w.Kind != project.KindScript {
			continue
		}
		for _, blocking := range [...]bool{true, false} {
			if steps := b.a.Witness(r.Node, k, blocking); len(steps) > 0 {
				fr := b.a.Frame(steps[len(steps)-1])
				return &Evidence{what + ": " + fr.Note, fr.File, fr.Line}
			}
		}
	}
	return nil
}
