package project

import (
	"slices"
	"strings"
)

// runners knows the programs that start Python code, by name: each reads the arguments that say which. Facts: the
// programs' own command line references.
var runners map[string]func(Invocation) []Invocation

func init() {
	runners = map[string]func(Invocation) []Invocation{
		"gunicorn": appServer("gunicorn"), "uvicorn": appServer("uvicorn"), "hypercorn": appServer("hypercorn"), "daphne": appServer("daphne"), "granian": appServer("granian"),
		"waitress-serve": appServer("waitress"), "bentoml": appServer("bentoml"), "litestar": appServer("litestar"), "sanic": appServer("sanic"), "robyn": scripted("robyn"),
		"uwsgi": uwsgi, "serve": appServer("ray"),
		"celery": celery, "faust": celery, "flower": celery, "rq": rq, "rqworker": rq, "rqscheduler": rq, "dramatiq": dramatiq, "dramatiq-gevent": dramatiq,
		"arq": attrOf("arq"), "huey_consumer": attrOf("huey"), "huey-consumer": attrOf("huey"), "taskiq": appServer("taskiq"), "procrastinate": celery, "saq": attrOf("saq"),
		"streamlit": scripted("streamlit"), "chainlit": scripted("chainlit"), "gradio": scripted("gradio"), "panel": scripted("panel"), "bokeh": scripted("bokeh"),
		"voila": scripted("voila"), "marimo": scripted("marimo"), "solara": scripted("solara"), "mesop": scripted("mesop"), "shiny": scripted("shiny"), "reflex": subcommand("reflex"),
		"papermill": scripted("papermill"), "jupyter": scripted("jupyter"), "jupyter-nbconvert": scripted("jupyter"), "jupyter-execute": scripted("jupyter"),
		"nbconvert": scripted("jupyter"), "ploomber": subcommand("ploomber"),
		"airflow": subcommand("airflow"), "prefect": scripted("prefect"), "dagster": dagster, "dagster-webserver": dagster, "dagit": dagster, "dagster-daemon": dagster,
		"dbt": subcommand("dbt"), "kedro": subcommand("kedro"), "luigi": luigi, "mlflow": subcommand("mlflow"), "dvc": subcommand("dvc"), "meltano": subcommand("meltano"),
		"spark-submit": scripted("spark"), "great_expectations": subcommand("great_expectations"), "snakemake": subcommand("snakemake"),
		"flask": flask, "fastapi": scripted("fastapi"), "django-admin": subcommand("django"), "alembic": subcommand("alembic"), "scrapy": subcommand("scrapy"),
		"locust": locust, "modal": scripted("modal"), "functions-framework": functionsFramework, "awslambdaric": attrOf("lambda"),
		"pytest": subcommand("pytest"), "py.test": subcommand("pytest"), "unittest": subcommand("unittest"), "tox": subcommand("tox"), "nox": subcommand("nox"),
		"mitmdump": scripted("mitmproxy"), "uvloop": appServer("uvloop"), "honcho": subcommand("honcho"), "langgraph": subcommand("langgraph"), "adk": subcommand("adk"),
		"vllm": subcommand("vllm"), "mcp": scripted("mcp"), "fastmcp": scripted("fastmcp"),
	}
}

// splitTarget reads module:attr, with a factory's parentheses taken off; ok is false for anything else. A file path with an
// attribute (app/main.py:app) gives the script.
func splitTarget(s string) (module, script, attr string, ok bool) {
	left, right, found := strings.Cut(s, ":")
	if !found {
		return "", "", "", false
	}
	right, _, _ = strings.Cut(right, "(")
	if !isDotted(right) {
		return "", "", "", false
	}
	switch {
	case isDotted(left):
		return left, "", right, true
	case strings.HasSuffix(left, ".py"):
		return "", left, right, true
	}
	return "", "", "", false
}

// option returns the value of the first of the named options, as --name value, --name=value or -nvalue.
func option(args []string, names ...string) string {
	for i, a := range args {
		for _, n := range names {
			switch {
			case a == n && i+1 < len(args):
				return args[i+1]
			case strings.HasPrefix(n, "--") && strings.HasPrefix(a, n+"="):
				return a[len(n)+1:]
			case len(n) == 2 && len(a) > 2 && strings.HasPrefix(a, n) && a[1] != '-':
				return strings.TrimPrefix(a[2:], "=")
			}
		}
	}
	return ""
}

// positional are the words that are neither options nor directly after one that has no "=": good enough where which
// options take values is not known.
func positional(args []string) []string {
	var out []string
	for i, a := range args {
		if strings.HasPrefix(a, "-") {
			continue
		}
		if i > 0 && strings.HasPrefix(args[i-1], "-") && !strings.Contains(args[i-1], "=") && args[i-1] != "--" {
			continue
		}
		out = append(out, a)
	}
	return out
}

// portOf takes the port from 8000, 0.0.0.0:8000, :8000 or [::]:8000.
func portOf(s string) string {
	p := s[strings.LastIndexByte(s, ':')+1:]
	if p == "" || strings.Trim(p, "0123456789") != "" {
		if strings.HasPrefix(p, "$") {
			return p
		}
		return ""
	}
	return p
}

func listens(inv *Invocation) {
	for _, v := range []string{option(inv.Args, "--bind", "-b"), option(inv.Args, "--port", "-p"), option(inv.Args, "--server.port", "--server-port"), option(inv.Args, "--listen", "--http"), option(inv.Args, "--endpoint")} {
		if p := portOf(v); p != "" && inv.Port == "" {
			inv.Port = p
		}
	}
	if d := option(inv.Args, "--chdir", "--app-dir", "--workdir", "--working-dir"); d != "" {
		inv.Dir = joinDir(inv.Dir, d)
	}
}

func appServer(runner string) func(Invocation) []Invocation {
	return func(inv Invocation) []Invocation {
		inv.Runner = runner
		listens(&inv)
		for _, a := range inv.Args {
			a = strings.TrimPrefix(strings.TrimPrefix(a, "--call="), "--app=")
			if m, s, attr, ok := splitTarget(a); ok {
				inv.Module, inv.Script, inv.Attr = m, s, attr
				return []Invocation{inv}
			}
		}
		words := positional(inv.Args)
		// Gunicorn's default attribute is application; the target is the last word that is one.
		for _, w := range slices.Backward(words) {
			if isDotted(w) && (runner == "gunicorn" || runner == "uvicorn" || strings.Contains(w, ".")) {
				inv.Module = w
				break
			}
		}
		if runner == "taskiq" || runner == "litestar" || runner == "ray" || runner == "bentoml" {
			if len(words) > 0 {
				inv.Command = words[0]
			}
		}
		if (runner == "ray" || runner == "bentoml") && inv.Module == "" && inv.Command != "run" && inv.Command != "serve" {
			inv.Runner = "" // another program of that name
		}
		return []Invocation{inv}
	}
}

func uwsgi(inv Invocation) []Invocation {
	inv.Runner = "uwsgi"
	listens(&inv)
	target := option(inv.Args, "--module", "-w", "--wsgi", "--mount")
	if _, app, ok := strings.Cut(target, "="); ok {
		target = app
	}
	if m, s, attr, ok := splitTarget(target); ok {
		inv.Module, inv.Script, inv.Attr = m, s, attr
	} else if isDotted(target) {
		inv.Module = target
	}
	if f := option(inv.Args, "--wsgi-file", "--file"); f != "" {
		inv.Script = f
	}
	if c := option(inv.Args, "--callable"); c != "" {
		inv.Attr = c
	}
	return []Invocation{inv}
}

func celery(inv Invocation) []Invocation {
	inv.Runner = strings.TrimSuffix(inv.Program, "-gevent")
	if inv.Runner == "flower" {
		inv.Runner, inv.Command = "celery", "flower"
	}
	target := option(inv.Args, "-A", "--app")
	listens(&inv)
	if m, _, attr, ok := splitTarget(target); ok {
		inv.Module, inv.Attr = m, attr
	} else if isDotted(target) {
		inv.Module = target
	}
	for i, a := range inv.Args {
		if strings.HasPrefix(a, "-") || i > 0 && slices.Contains([]string{"-A", "--app", "-b", "--broker", "--workdir", "--config", "--result-backend"}, inv.Args[i-1]) {
			continue
		}
		if inv.Command == "" {
			inv.Command = a
		}
		break
	}
	return []Invocation{inv}
}

func rq(inv Invocation) []Invocation {
	inv.Runner = "rq"
	inv.Module = option(inv.Args, "-c", "--config")
	inv.Command = strings.TrimPrefix(inv.Program, "rq")
	if words := positional(inv.Args); inv.Command == "" && len(words) > 0 {
		inv.Command = words[0]
	}
	return []Invocation{inv}
}

// dramatiq and its like take several modules; each is an invocation of its own.
func dramatiq(inv Invocation) []Invocation {
	inv.Runner, inv.Command = "dramatiq", "worker"
	var out []Invocation
	for _, w := range positional(inv.Args) {
		one := inv
		if m, _, attr, ok := splitTarget(w); ok {
			one.Module, one.Attr = m, attr
		} else if isDotted(w) {
			one.Module = w
		} else {
			continue
		}
		out = append(out, one)
	}
	if out == nil {
		return []Invocation{inv}
	}
	return out
}

// attrOf reads a dotted path whose last part is an attribute: arq acme.worker.Settings.
func attrOf(runner string) func(Invocation) []Invocation {
	return func(inv Invocation) []Invocation {
		inv.Runner = runner
		if runner != "lambda" {
			inv.Command = "worker"
		}
		for _, w := range positional(inv.Args) {
			if i := strings.LastIndexByte(w, '.'); i > 0 && isDotted(w) {
				inv.Module, inv.Attr = w[:i], w[i+1:]
				break
			}
		}
		return []Invocation{inv}
	}
}

// scripted reads `program [subcommand] file`.
func scripted(runner string) func(Invocation) []Invocation {
	return func(inv Invocation) []Invocation {
		inv.Runner = runner
		listens(&inv)
		for _, a := range inv.Args {
			file, attr, _ := strings.Cut(a, ":")
			if strings.HasSuffix(file, ".py") || strings.HasSuffix(file, ".ipynb") {
				inv.Script, inv.Attr = file, attr
				break
			}
		}
		if words := positional(inv.Args); len(words) > 0 && !strings.Contains(words[0], ".") {
			inv.Command = words[0]
		}
		if inv.Script == "" {
			for _, a := range inv.Args {
				if m, _, attr, ok := splitTarget(a); ok {
					inv.Module, inv.Attr = m, attr
					break
				}
			}
		}
		return []Invocation{inv}
	}
}

func subcommand(runner string) func(Invocation) []Invocation {
	return func(inv Invocation) []Invocation {
		inv.Runner = runner
		if words := positional(inv.Args); len(words) > 0 {
			inv.Command = words[0]
		}
		return []Invocation{inv}
	}
}

func dagster(inv Invocation) []Invocation {
	inv.Runner = "dagster"
	inv.Script = option(inv.Args, "-f", "--python-file")
	inv.Module = option(inv.Args, "-m", "--module-name")
	inv.Attr = option(inv.Args, "-a", "--attribute")
	if words := positional(inv.Args); len(words) > 0 {
		inv.Command = words[0]
	}
	listens(&inv)
	return []Invocation{inv}
}

func luigi(inv Invocation) []Invocation {
	inv.Runner = "luigi"
	inv.Module = option(inv.Args, "--module")
	if words := positional(inv.Args); len(words) > 0 {
		inv.Attr = words[0]
	}
	return []Invocation{inv}
}

func flask(inv Invocation) []Invocation {
	inv.Runner = "flask"
	target := option(inv.Args, "--app", "-A")
	for _, e := range inv.Env {
		if e.Name == "FLASK_APP" && target == "" {
			target = e.Value
		}
	}
	if m, s, attr, ok := splitTarget(target); ok {
		inv.Module, inv.Script, inv.Attr = m, s, attr
	} else if strings.HasSuffix(target, ".py") {
		inv.Script = target
	} else if isDotted(target) {
		inv.Module = target
	}
	for _, w := range positional(inv.Args) {
		if w != target {
			inv.Command = w
			break
		}
	}
	listens(&inv)
	return []Invocation{inv}
}

func locust(inv Invocation) []Invocation {
	inv.Runner = "locust"
	if inv.Script = option(inv.Args, "-f", "--locustfile"); inv.Script == "" {
		inv.Script = "locustfile.py"
	}
	return []Invocation{inv}
}

func functionsFramework(inv Invocation) []Invocation {
	inv.Runner = "functions-framework"
	inv.Attr = option(inv.Args, "--target")
	if inv.Script = option(inv.Args, "--source"); inv.Script == "" {
		inv.Script = "main.py"
	}
	listens(&inv)
	return []Invocation{inv}
}
