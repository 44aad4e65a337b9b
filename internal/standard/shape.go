package standard

// A Shape is what sort of project `new` writes.
type Shape struct {
	Name        string
	Description string
	// Layers are the template directories that make up the project, later ones over earlier ones.
	Layers []string
	Kind   string // of work, as in roadworthy.toml
	Uses   []Choice

	dependencies    []string
	devDependencies []string
	run             string // the command that runs it, as the README gives it
	about           string
	entry           string
	port            int
	script          bool // has a console command
	settings        bool
	image           bool
	job             bool
	schedule        string
	secret, sample  string // a setting without default, and a value for tests
	ignore          []string
	warnings        []string
	modules         []string // that stand beside the package, of a graduated project
	untyped         []string // dependencies that come without types
	imageArgs       []string
	// minimum is the oldest Python of a library; programs ask for the one they are made with.
	minimum string
}

// A Choice is one decision and its reason, in one line.
type Choice struct{ What, Choice, Why string }

// Shapes lists every shape, in the order that help shows them.
func Shapes() []Shape { return shapes }

const (
	structlog  = "structlog>=25.1"
	pydantic   = "pydantic>=2.11"
	pydSet     = "pydantic-settings>=2.8"
	prometheus = "prometheus-client>=0.21"
	httpx      = "httpx>=0.28"
)

var program = []string{"base", "python", "settings", "image"}

func layers(extra ...string) []string { return append(append([]string{}, program...), extra...) }

var shapes = []Shape{
	{
		Name: "api", Description: "An HTTP interface for other programs.", Kind: "service",
		Layers: layers("http", "shape/api"), settings: true, image: true, port: 8000, entry: "PACKAGE.app:create_app",
		Uses: []Choice{
			{"framework", "FastAPI", "requests are validated from type annotations, and the interface describes itself"},
			{"server", "uvicorn", "one process, stops cleanly; the platform starts more of them"},
			{"client", "httpx", "asynchronous, with a timeout on the client so that no call waits for ever"},
		},
		dependencies:    []string{"fastapi>=0.115", httpx, prometheus, pydantic, pydSet, "starlette>=0.46", structlog, "uvicorn>=0.34"},
		devDependencies: []string{"httpx2>=2", "pytest>=8.4", "ruff>=0.12"},
		run:             "uv run python -m PACKAGE",
		about: "The service converts amounts between currencies, as an example of a request that is validated, an outside call that may fail, and\n" +
			"an answer for each case: `curl 'http://127.0.0.1:8000/convert?amount=10&base=EUR&to=USD'`. `/healthz` tells whoever restarts it that it is\n" +
			"well, `/metrics` gives counts and times by route, `/docs` describes the interface.",
	},
	{
		Name: "admin", Description: "An internal site where staff see and change data.", Kind: "service",
		Layers: layers("shape/admin"), settings: true, image: true, port: 8000, entry: "PACKAGE.wsgi:application",
		Uses: []Choice{
			{"framework", "Django", "its admin site, permissions and migrations are what an internal site needs"},
			{"server", "gunicorn", "worker processes with a time limit for each request"},
			{"static files", "WhiteNoise", "the site serves its own; nothing else to run"},
			{"database", "SQLite", "nothing to install; DATABASES in site.py is the one place to name another"},
		},
		dependencies:    []string{"django>=5.2", "gunicorn>=23", prometheus, pydantic, pydSet, structlog, "whitenoise>=6.9"},
		devDependencies: []string{"django-stubs>=5.2", "pytest>=8.4", "pytest-django>=4.11", "ruff>=0.12"},
		run:             "uv run python -m PACKAGE serve",
		about: "Copy `.env.example` to `.env` and give it a secret key; then `uv run python -m PACKAGE migrate` makes the database and\n" +
			"`uv run python -m PACKAGE createsuperuser` the first user. The site is at `/admin/`, its health, that of the database, at `/healthz`, its\n" +
			"metrics at `/metrics`.",
		secret: "SECRET_KEY", sample: "only-for-tests-only-for-tests-only-for-tests",
		ignore:    []string{"", "*.sqlite3"},
		untyped:   []string{"gunicorn.*", "whitenoise.*"},
		imageArgs: []string{"serve"},
	},
	{
		Name: "service", Description: "A process that watches something and always runs.", Kind: "service",
		Layers: layers("http", "shape/service"), settings: true, image: true, port: 8000, entry: "PACKAGE.app:create_app",
		Uses: []Choice{
			{"framework", "Starlette", "health, metrics and a clean start and stop, and nothing more"},
			{"server", "uvicorn", "one process, stops cleanly"},
			{"client", "httpx", "asynchronous, with a timeout on the client so that no call waits for ever"},
		},
		dependencies:    []string{httpx, prometheus, pydantic, pydSet, "starlette>=0.46", structlog, "uvicorn>=0.34"},
		devDependencies: []string{"anyio>=4.9", "httpx2>=2", "pytest>=8.4", "ruff>=0.12"},
		run:             "uv run python -m PACKAGE",
		about: "The service asks a source at an interval and keeps its newest good answer: `curl http://127.0.0.1:8000/latest`. After a failure it waits\n" +
			"longer; when no good answer came for too long, `/healthz` says so. `/metrics` counts good and failed rounds.",
	},
	{
		Name: "worker", Description: "A process that takes jobs from a queue.", Kind: "job",
		Layers: layers("files", "shape/worker"), settings: true, image: true, port: 8000, entry: "PACKAGE.app:create_app",
		Uses: []Choice{
			{"queue", "Celery on Redis", "the one most teams know; late acknowledgement, so that a lost worker loses no job"},
			{"client", "httpx", "with a timeout on the client so that no call waits for ever"},
		},
		dependencies:    []string{"celery[redis]>=5.5", httpx, prometheus, pydantic, pydSet, structlog},
		devDependencies: []string{"celery-types>=0.23", "pytest>=8.4", "ruff>=0.12"},
		run:             "uv run python -m PACKAGE",
		about: "The worker needs Redis at the address in its settings. `uv run python -m PACKAGE enqueue URL` adds a job that fetches an order and keeps it.\n" +
			"A job has a time limit, five more attempts with growing waits, and may run twice without harm; one without attempts left is logged as a\n" +
			"dead letter with its owner, and counted in `job_runs_total{outcome=\"dead letter\"}`: alert on that. `/healthz` and `/metrics` are on port 8000.",
		ignore:   []string{"", "/out/"},
		warnings: []string{"ignore::DeprecationWarning:celery.*", "ignore::DeprecationWarning:kombu.*"},
	},
	{
		Name: "job", Description: "A program that runs on a schedule and ends.", Kind: "job",
		Layers: layers("files", "shape/job"), settings: true, image: true, job: true, schedule: "30 5 * * *", entry: "PACKAGE.__main__:main",
		Uses: []Choice{
			{"schedule", "roadworthy.toml", "time limit, retries, owner and alert stand beside the code they are for"},
			{"client", "httpx", "with a timeout on the client so that no call waits for ever"},
		},
		dependencies:    []string{httpx, pydantic, pydSet, structlog},
		devDependencies: []string{"pytest>=8.4", "ruff>=0.12"},
		run:             "uv run python -m PACKAGE",
		about: "The job fetches the day's exchange rates, checks them and writes them as a table. A run replaces the table whole or not at all, so it is\n" +
			"safe to repeat. Its schedule, time limit, retries, owner and alert are in `roadworthy.toml`.",
		ignore: []string{"", "/out/"},
	},
	{
		Name: "pipeline", Description: "Data from a source, through checked steps, to a result.", Kind: "pipeline",
		Layers: layers("files", "shape/pipeline"), settings: true, image: true, job: true, schedule: "0 6 * * *", entry: "PACKAGE.__main__:main",
		Uses: []Choice{
			{"tables", "Polars", "typed columns, and fast on one machine"},
			{"contracts", "its own forty lines", "each table is checked where it enters and where it leaves; every fault named at once"},
			{"schedule", "roadworthy.toml", "time limit, retries, owner and alert stand beside the code they are for"},
		},
		dependencies:    []string{"polars>=1.30", pydantic, pydSet, structlog},
		devDependencies: []string{"pytest>=8.4", "ruff>=0.12"},
		run:             "uv run python -m PACKAGE",
		about: "The pipeline reads orders from `data/`, checks them against a contract, sums revenue by country and day, checks that, and writes it to\n" +
			"`out/`. A table that breaks its contract stops the run and leaves the last good result. Its schedule, time limit, retries, owner and alert\n" +
			"are in `roadworthy.toml`.",
		ignore: []string{"", "/out/"},
	},
	{
		Name: "ai-app", Description: "A service that answers with the help of a language model.", Kind: "ai-app",
		Layers: layers("http", "shape/ai-app"), settings: true, image: true, port: 8000, entry: "PACKAGE.app:create_app",
		Uses: []Choice{
			{"framework", "FastAPI", "requests are validated from type annotations, and the interface describes itself"},
			{"model", "the OpenAI client", "most model servers speak its protocol; address, model and limits are settings"},
			{"server", "uvicorn", "one process, stops cleanly; the platform starts more of them"},
		},
		dependencies:    []string{"fastapi>=0.115", "httpx2>=2", "openai>=3", prometheus, pydantic, pydSet, "starlette>=0.46", structlog, "uvicorn>=0.34"},
		devDependencies: []string{"pytest>=8.4", "ruff>=0.12"},
		run:             "uv run python -m PACKAGE",
		about: "The service summarizes a text: `curl http://127.0.0.1:8000/summaries --json '{\"text\": \"…\"}'`. A question to the model has a time limit, a\n" +
			"limit on its output and bounded retries; an answer that is not as asked is not shown, and the caller gets the beginning of the text, marked\n" +
			"as such. Prompts are files with a version in their name. `uv run python -m PACKAGE.evaluate evals/summaries.jsonl` holds prompt and model against\n" +
			"the cases in `evals/`; run it before either changes. `/healthz` and `/metrics` tell how the service is, and how many tokens it used.",
		secret: "MODEL_KEY", sample: "test",
	},
	{
		Name: "cli", Description: "A command for people and scripts.", Kind: "cli",
		Layers: []string{"base", "python", "settings", "shape/cli"}, settings: true, script: true, entry: "PACKAGE.__main__:main",
		Uses: []Choice{
			{"framework", "Typer", "arguments, help and errors from type annotations"},
		},
		dependencies:    []string{pydantic, pydSet, structlog, "typer>=0.16"},
		devDependencies: []string{"pytest>=8.4", "ruff>=0.12"},
		run:             "uv run NAME count README.md",
		about:           "The command shows the words that stand most often in a file. Results go to stdout, logs and errors to stderr; the exit code is 0, 1 when the\ninput cannot be read, 2 for wrong use.",
	},
	{
		Name: "library", Description: "A package that other programs import.", Kind: "library",
		Layers: []string{"base", "python", "shape/library"},
		Uses: []Choice{
			{"dependencies", "none", "each one would become one of every user's"},
			{"tests", "on every supported Python", "CI runs them from the oldest to the newest"},
		},
		devDependencies: []string{"pytest>=8.4", "ruff>=0.12"},
		run:             `uv run python -c "import PACKAGE; print(PACKAGE.parse('1h30m'))"`,
		about:           "The package reads durations such as `1h30m`. It is typed (`py.typed`), has no dependencies, reads no environment and configures no log:\nthat is for the program that imports it.",
		minimum:         "3.11",
	},
	{
		Name: "notebook", Description: "A question, explored in notebooks that keep running.", Kind: "notebook",
		Layers: []string{"base", "python", "shape/notebook"},
		Uses: []Choice{
			{"tables", "Polars", "typed columns, and fast on one machine"},
			{"notebooks", "Jupyter", "run from top to bottom by the tests, committed without results"},
		},
		dependencies:    []string{"polars>=1.30"},
		devDependencies: []string{"ipykernel>=6.29", "jupyterlab>=4.4", "nbclient>=0.10", "nbformat>=5.10", "pytest>=8.4", "ruff>=0.12"},
		run:             "uv run jupyter lab",
		about: "Notebooks are in `notebooks/`, functions that more than one cell wants in `src/PACKAGE/`, small data in `data/`. The tests run every notebook from\n" +
			"top to bottom and want it without results. `roadworthy graduate` is the way on when someone starts to rely on one.",
		entry:   "notebooks/explore.ipynb",
		untyped: []string{"nbclient.*", "nbformat.*"},
	},
}
