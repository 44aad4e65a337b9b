package boundary

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/effects"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/knowledge"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW202", Name: "environment-read-outside-settings", Since: "0.1", Family: "boundary",
	Severity: rule.Severities{Experimental: diag.Off, Internal: diag.Note, BusinessCritical: diag.Warning, CustomerFacing: diag.Warning},
	Doc:      docs.Read("environment_read_outside_settings.md"), Check: environmentReadOutsideSettings,
})

// Names that the system, a shell, a test runner or a platform sets, or that a library reads by itself: no configuration of the program.
var systemNames = []string{"HOME", "PATH", "USER", "USERNAME", "USERPROFILE", "SHELL", "TERM", "COLUMNS", "LINES", "LANG", "TZ", "TMPDIR", "TEMP", "TMP", "PWD",
	"CI", "DISPLAY", "WAYLAND_DISPLAY", "EDITOR", "PAGER", "VISUAL", "NO_COLOR", "FORCE_COLOR", "COLORTERM", "HOSTNAME", "LOGNAME", "APPDATA", "LOCALAPPDATA", "PROGRAMFILES",
	"SYSTEMROOT", "WINDIR", "COMSPEC", "VIRTUAL_ENV", "CONDA_PREFIX", "SSH_AUTH_SOCK", "SUDO_USER", "INVOCATION_ID", "NOTIFY_SOCKET", "RUN_MAIN", "LD_LIBRARY_PATH",
	"NUMBER_OF_PROCESSORS", "PROGRAMDATA", "SYSTEMDRIVE", "PATHEXT", "HOMEPATH", "HOMEDRIVE", "OS", "PROCESSOR_ARCHITECTURE", "ALLUSERSPROFILE", "TRACEPARENT", "RUNNER_TEMP",
	"RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "WERKZEUG_RUN_MAIN",
	"GOOGLE_CLOUD_PROJECT", "GCP_PROJECT", "GCLOUD_PROJECT", "GOOGLE_APPLICATION_CREDENTIALS", "K_SERVICE", "K_REVISION", "K_CONFIGURATION", "FUNCTION_TARGET", "DYNO", "VERCEL", "PROMETHEUS_MULTIPROC_DIR",
	"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "SENTRY_DSN", "SENTRY_ENVIRONMENT", "SENTRY_RELEASE", "DJANGO_SETTINGS_MODULE", "FLASK_APP", "FLASK_ENV", "FLASK_DEBUG",
	"LANGUAGE", "GPG_TTY", "GPG_AGENT_INFO", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "GEMINI_API_KEY", "GOOGLE_API_KEY", "GROQ_API_KEY", "CO_API_KEY",
	"OLLAMA_HOST", "HF_TOKEN", "HF_HOME", "HF_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
	"AWS_ENDPOINT_URL", "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT",
	"PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLMODE", "JAVA_HOME", "SPARK_HOME", "MLFLOW_TRACKING_URI", "WANDB_API_KEY", "DAGSTER_HOME", "PREFECT_API_URL", "PREFECT_API_KEY",
	"MISTRAL_API_KEY", "TAVILY_API_KEY", "PORT", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PROMETHEUS_MULTIPROCESS_DIR"}

var systemPrefixes = []string{"XDG_", "LC_", "PYTEST_", "PYTHON", "GITHUB_", "KUBERNETES_", "SLURM_", "CONDA_", "npm_", "OTEL_", "AWS_LAMBDA_", "ECS_CONTAINER_", "GAE_", "AIRFLOW_", "DOCKER_", "FLY_", "RAY_", "AWS_ENDPOINT_URL", "AZURE_STORAGE_",
	"RENDER_", "RAILWAY_", "HEROKU_", "LANGCHAIN_", "LANGSMITH_"}

func isSystem(key string) bool {
	up := strings.ToUpper(key)
	if slices.Contains(systemNames, up) || strings.HasSuffix(up, "_PROXY") {
		return true
	}
	return slices.ContainsFunc(systemPrefixes, func(p string) bool { return strings.HasPrefix(up, strings.ToUpper(p)) })
}

var settingsWords = []string{"settings", "setting", "config", "configs", "configuration", "conf", "env", "environ", "environment", "environments", "constants", "const", "consts", "defaults",
	"options", "globals", "vars", "flags", "secrets", "credentials"}

// isSettings: the module's or a package's name says that configuration comes in here.
func isSettings(path string) bool {
	for part := range strings.SplitSeq(strings.TrimSuffix(path, ".py"), "/") {
		for _, w := range rule.Words(part) {
			if slices.Contains(settingsWords, w) {
				return true
			}
		}
	}
	return false
}

// isConstants: the module is a list of what the program is given: it has no functions and no classes, and reads several variables.
func isConstants(p *rule.Pass, file *link.File) bool {
	if len(file.Facts.Classes) > 0 || slices.ContainsFunc(file.Facts.Funcs, func(f facts.Func) bool { return f.Kind == facts.Function }) {
		return false
	}
	keys := map[string]bool{}
	for _, i := range p.SitesOf(effects.Node(file.FirstFunc())) {
		if s := &p.Sites[i]; s.Kind == knowledge.Env && s.Call != nil {
			if key, ok := environmentKey(s.Call); ok {
				keys[key] = true
			}
		}
	}
	return len(keys) > 2
}

// top is the first directory of a path; "" for a file of the checked root.
func top(path string) string {
	dir, _, below := strings.Cut(path, "/")
	if !below {
		return ""
	}
	return dir
}

func environmentReadOutsideSettings(p *rule.Pass) {
	has := map[string]bool{} // first directories that have settings
	constants := map[*link.File]bool{}
	for _, file := range p.Files {
		constants[file] = !isSettings(file.Path) && isConstants(p, file)
	}
	imported := map[*link.File]bool{}
	for i := range p.Edges {
		if e := &p.Edges[i]; e.Mode == link.Imported && p.File(e.From) != p.File(e.To) {
			imported[p.File(e.To)] = true
		}
	}
	type read struct {
		s   *effects.Site
		key string
	}
	reads := map[*link.File][]read{}
	for i := range p.Sites {
		s := &p.Sites[i]
		if s.Kind != knowledge.Env || s.Call == nil {
			continue
		}
		file := p.File(s.Node)
		if isSettings(file.Path) || constants[file] {
			if !file.Test {
				has[top(file.Path)] = true
			}
			continue
		}
		if file.Test || file.Facts.Notebook != nil || runOnly(file.Path) || !imported[file] {
			continue
		}
		if class := p.Facts(p.FuncOf(s.Node)).Class; class != 0 && isSettings(file.Facts.Str(file.Facts.Classes[class-1].Name)) {
			has[top(file.Path)] = true // a settings' class of its own, and what checks it
			continue
		}
		key, ok := environmentKey(s.Call)
		if !ok || isSystem(key) {
			continue
		}
		reads[file] = append(reads[file], read{s, key})
	}
	var once rule.Once
	for _, file := range p.Files {
		if at := top(file.Path); !has[""] && !has[at] && (at != "" || len(has) == 0) {
			continue // nowhere better to read it
		}
		for _, r := range reads[file] {
			f := p.FuncOf(r.s.Node)
			where := "`" + p.Short(f) + "`"
			x := p.At(f, r.s.Op)
			x.Certainty = r.s.Certainty
			x.Message = fmt.Sprintf("%s reads the environment variable `%s`, away from the settings: nothing checks it at start, and no one place lists it", where, r.key)
			x.Help = fmt.Sprintf("read `%s` in the settings module and hand the value to %s", r.key, where)
			x.Witness = p.Frames([]effects.Step{p.SiteStep(r.s)})
			x.Group = fmt.Sprintf("%s:%d:%d", p.Rule.Code, file.Index, f)
			once.Report(p, x)
		}
	}
}

var keyForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]+$`)

// environmentKey is the literal name that a call asks the environment for.
func environmentKey(c *link.LibraryCall) (string, bool) {
	if strings.HasSuffix(c.Path, ".pop") || strings.HasSuffix(c.Path, ".setdefault") || strings.HasSuffix(c.Path, ".__contains__") {
		return "", false // sets up the environment for others
	}
	if !strings.Contains(c.Path, "nviron") && !strings.Contains(c.Path, "getenv") {
		return "", false // os.path.expanduser and its like read it for the system
	}
	a := c.Arg("key")
	if !a.Given {
		a = c.Pos(0)
	}
	if !a.Given && c.Op.Code == facts.Item {
		return "", false
	}
	if a.Ref.Tag() == facts.TagStr || a.Given {
		texts, open := a.Strings()
		if len(texts) == 1 && !open && keyForm.MatchString(texts[0]) {
			return texts[0], true
		}
	}
	return "", false
}
