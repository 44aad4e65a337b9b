package project

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func showInvocation(i Invocation) string {
	var b strings.Builder
	b.WriteString(i.Program)
	for _, f := range [][2]string{{"runner", i.Runner}, {"module", i.Module}, {"script", i.Script}, {"attr", i.Attr}, {"command", i.Command}, {"shell", i.Shell},
		{"dir", i.Dir}, {"port", i.Port}, {"code", i.Code}} {
		if f[1] != "" {
			fmt.Fprintf(&b, " %s=%s", f[0], f[1])
		}
	}
	for _, e := range i.Env {
		fmt.Fprintf(&b, " env:%s=%s", e.Name, e.Value)
	}
	if len(i.Wrapped) > 0 {
		fmt.Fprintf(&b, " wrapped=%q", i.Wrapped)
	}
	return b.String()
}

func TestParseCommand(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"python run.py --all", "python runner=python script=run.py"},
		{"python3.12 -u -m acme.sync today", "python runner=python module=acme.sync"},
		{"/opt/venv/bin/python -Wd -X dev -Bum acme", "python runner=python module=acme"},
		{`python -c "from acme.jobs import run; run()"`, "python runner=python module=acme.jobs attr=run code=from acme.jobs import run; run()"},
		{`python -c "import sys; print(sys.path)"`, "python runner=python code=import sys; print(sys.path)"},
		{"./manage.py migrate --noinput", "manage.py runner=django script=./manage.py command=migrate"},
		{"python manage.py runserver 0.0.0.0:8000", "python runner=django script=manage.py command=runserver port=8000"},
		{"gunicorn -w 4 -k uvicorn.workers.UvicornWorker -b 0.0.0.0:8000 acme.main:app", "gunicorn runner=gunicorn module=acme.main attr=app port=8000"},
		{"gunicorn --chdir src --bind unix:/run/a.sock 'acme.web:create_app()'", "gunicorn runner=gunicorn module=acme.web attr=create_app dir=src"},
		{"gunicorn acme.wsgi", "gunicorn runner=gunicorn module=acme.wsgi"},
		{"gunicorn acme.wsgi --log-file -", "gunicorn runner=gunicorn module=acme.wsgi"},
		{"uvicorn app.main:app --host 0.0.0.0 --port ${PORT:-8080} --reload", "uvicorn runner=uvicorn module=app.main attr=app port=8080"},
		{"uvicorn app:app --port $PORT", "uvicorn runner=uvicorn module=app attr=app port=$PORT"},
		{"python -m uvicorn app:app", "uvicorn runner=uvicorn module=app attr=app"},
		{"uwsgi --http :9000 --wsgi-file web.py --callable application", "uwsgi runner=uwsgi script=web.py attr=application port=9000"},
		{"celery -A proj.celery:app worker -l info -B", "celery runner=celery module=proj.celery attr=app command=worker"},
		{"celery --app=proj beat", "celery runner=celery module=proj command=beat"},
		{"rq worker -c acme.settings high default", "rq runner=rq module=acme.settings command=worker"},
		{"dramatiq acme.tasks acme.mail:broker --processes 2", "dramatiq runner=dramatiq module=acme.tasks command=worker\ndramatiq runner=dramatiq module=acme.mail attr=broker command=worker"},
		{"arq acme.worker.WorkerSettings", "arq runner=arq module=acme.worker attr=WorkerSettings command=worker"},
		{"huey_consumer.py acme.huey", "huey_consumer.py runner=huey module=acme attr=huey command=worker"},
		{"streamlit run app/home.py --server.port=8501", "streamlit runner=streamlit script=app/home.py command=run port=8501"},
		{"papermill reports/weekly.ipynb out.ipynb -p day 1", "papermill runner=papermill script=reports/weekly.ipynb"},
		{"jupyter nbconvert --to notebook --execute reports/weekly.ipynb", "jupyter runner=jupyter script=reports/weekly.ipynb command=nbconvert"},
		{"fastapi run app/main.py --port 80", "fastapi runner=fastapi script=app/main.py command=run port=80"},
		{"flask --app acme.web:create_app run -p 5000", "flask runner=flask module=acme.web attr=create_app command=run port=5000"},
		{"FLASK_APP=web.py flask run", "flask runner=flask script=web.py command=run env:FLASK_APP=web.py"},
		{"airflow scheduler", "airflow runner=airflow command=scheduler"},
		{"prefect deploy flows/etl.py:main -n prod", "prefect runner=prefect script=flows/etl.py attr=main command=deploy"},
		{"dagster dev -m acme.defs -p 3000", "dagster runner=dagster module=acme.defs command=dev port=3000"},
		{"dbt run --select daily", "dbt runner=dbt command=run"},
		{"torchrun --nproc_per_node 8 train.py --lr 1", "torchrun runner=python script=train.py"},
		{"accelerate launch --num_processes 2 train.py", `python runner=python script=train.py wrapped=["accelerate launch"]`},

		// wrappers
		{"exec timeout -k 5 10 nice -n 5 python a.py", `python runner=python script=a.py wrapped=["exec" "timeout" "nice"]`},
		{"poetry run python -m acme", `python runner=python module=acme wrapped=["poetry run"]`},
		{"poetry install", "poetry"},
		{"uv run --frozen --with rich a.py", `python runner=python script=a.py wrapped=["uv run"]`},
		{"uv run --directory svc uvicorn a:b", `uvicorn runner=uvicorn module=a attr=b dir=svc wrapped=["uv run"]`},
		{"uv run -m acme.sync", `python runner=python module=acme.sync wrapped=["uv run"]`},
		{"pipenv run acme sync", `acme wrapped=["pipenv run"]`},
		{"hatch run test:pytest -q", `pytest runner=pytest wrapped=["hatch run"]`},
		{"conda run -n env --no-capture-output python a.py", `python runner=python script=a.py wrapped=["conda run"]`},
		{"env -u X A=1 python a.py", "python runner=python script=a.py env:A=1"},
		{"/usr/bin/env -S python -u a.py", "python runner=python script=a.py"},
		{"A=1 B='x y' python a.py", "python runner=python script=a.py env:A=1 env:B=x y"},
		{"opentelemetry-instrument --service_name api ddtrace-run gunicorn a:b", `gunicorn runner=gunicorn module=a attr=b wrapped=["opentelemetry-instrument" "ddtrace-run"]`},
		{"wait-for-it.sh db:5432 -t 30 -- python a.py", `python runner=python script=a.py wrapped=["wait-for-it.sh"]`},
		{"coverage run -m pytest", `pytest runner=pytest wrapped=["coverage run"]`},
		{"coverage run --source acme manage.py test", `python runner=django script=manage.py command=test wrapped=["coverage run"]`},
		{"watchmedo auto-restart -d . -p '*.py' -- celery -A p worker", `celery runner=celery module=p command=worker wrapped=["watchmedo"]`},
		{"tini -- python a.py", `python runner=python script=a.py wrapped=["tini"]`},
		{"tini python a.py", `python runner=python script=a.py wrapped=["tini"]`},
		{"sudo -u app -E python a.py", `python runner=python script=a.py wrapped=["sudo"]`},
		{"flock -n /tmp/lock python a.py", `python runner=python script=a.py wrapped=["flock"]`},

		// shell
		{`bash -lc "cd /app && exec python a.py"`, `python runner=python script=a.py dir=/app wrapped=["exec"]`},
		{"cd svc && (cd sub; python a.py); python b.py", "python runner=python script=a.py dir=svc/sub\npython runner=python script=b.py dir=svc"},
		{"alembic upgrade head && exec uvicorn a:b", "alembic runner=alembic command=upgrade\nuvicorn runner=uvicorn module=a attr=b wrapped=[\"exec\"]"},
		{"export A=1; python a.py", "python runner=python script=a.py env:A=1"},
		{"if [ -f x ]; then python a.py; else python b.py; fi", "[\npython runner=python script=a.py\npython runner=python script=b.py"},
		{"echo $(python a.py) | tee log", "echo\npython runner=python script=a.py\ntee"},
		{"main() { python a.py; }\nmain", "python runner=python script=a.py"},
		{`cd "$(dirname "$0")" && python a.py`, "dirname\npython runner=python script=a.py"},
		{"coverage report -m", "coverage"},
		{"bash scripts/start.sh prod", "bash shell=scripts/start.sh"},
		{"./start.sh", "start.sh shell=./start.sh"},
		{". ./env.sh", ". shell=./env.sh"},
		{"$PYTHON a.py", "python runner=python script=a.py"},
		{"${VENV}/bin/python3 a.py", "python runner=python script=a.py"},
		{"python", "python runner=python"},
		{"python -", "python runner=python"},
		{"", ""},
		{"&&", "&&"},
		{"cat <<'EOF' > a\nnot python x.py\nEOF\npython real.py", "cat\npython runner=python script=real.py"},
	} {
		var got []string
		for _, i := range ParseCommand(tt.text, 1) {
			got = append(got, showInvocation(i))
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestParseCommandLines(t *testing.T) {
	got := ParseCommand("set -e\n\npython a.py \\\n  --x\npython b.py", 10)
	if len(got) != 3 || got[1].Line != 12 || got[2].Line != 14 {
		t.Errorf("lines are wrong: %+v", got)
	}
}

// Nesting that a recursive parser would pay for with its stack is refused.
func TestParseCommandHostile(t *testing.T) {
	for _, text := range []string{strings.Repeat("$(", 30000), strings.Repeat("(", 60000), strings.Repeat("`", 60000), strings.Repeat("if ", 20000),
		strings.Repeat("bash -c '", 7000), strings.Repeat("exec ", 12000), strings.Repeat("x", 1<<20), strings.Repeat("! ", 30000), strings.Repeat("{ ", 30000), strings.Repeat("a|", 30000)} {
		ParseCommand(text, 1)
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, s := range []string{"exec timeout 10 poetry run gunicorn -w 4 'a:b()'", `bash -c "cd x && A=1 python -m y"`, "env -S 'python a' b", "python -um", "uv run --script",
		"coverage run", "env -S", "env -u", "-", "a=1", "celery -A", "tini --", "$(python x.py)", "huey_consumer.py x.y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ParseCommand(text, 1)
		ParseWords(strings.Fields(text), 1)
	})
}
