"""Run Celery tasks unchanged.

    [job.add]
    entry = "shop.tasks:add"
    adapter = "celery"

The task function runs as it stands. In a Roadworthy worker ``.delay()``, ``.apply_async()`` and ``send_task()`` of a task
that is declared as a job enqueue a Roadworthy run; of any other they go to Celery's broker as before, so a project can
move one job at a time. In the application's own processes call ``install()`` once to the same effect.

``self.request`` has id, retries and delivery_info of the Roadworthy run; ``self.retry()`` retries it. Results are not
stored: ``.get()`` on what ``.delay()`` returns raises. Chains, groups and chords stay with Celery.
"""

import datetime
import json
import os
from typing import Any, Dict, Optional

from .. import _context as C
from .._client import enqueue
from .._declare import Request

_installed = False


class Result:
    """What ``.delay()`` returns for a task that Roadworthy runs."""

    def __init__(self, id: str) -> None:
        self.id = self.task_id = id

    def get(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("run %s is Roadworthy's, which stores no results: let the job write what it makes, or enqueue the next job" % self.id)


def _declared() -> Dict[str, str]:
    """Task name or function → job, as the server told this process."""
    return json.loads(os.environ.get("ROADWORTHY_CELERY", "{}"))  # type: ignore[no-any-return]


def job_for(task: Any) -> Optional[str]:
    known = _declared()
    module = getattr(task, "__module__", "")
    function = getattr(getattr(task, "run", None), "__name__", "")
    return known.get(getattr(task, "name", "")) or known.get("%s:%s" % (module, function))


def _enqueue(job: str, args: Any, kwargs: Any, options: Dict[str, Any]) -> Result:
    at = options.get("eta")
    delay = options.get("countdown")
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=datetime.timezone.utc)
    run = enqueue(Request(job, tuple(args or ()), dict(kwargs or {}), key=options.get("task_id"), at=at, delay=None if at else delay))
    return Result(str(run.id))


def install() -> None:
    """Make tasks that are declared as jobs enqueue Roadworthy runs in this process."""
    global _installed
    if _installed:
        return
    _installed = True
    from celery.app.base import Celery  # type: ignore
    from celery.app.task import Task  # type: ignore

    apply_async, send_task = Task.apply_async, Celery.send_task

    def ours(self: Any, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        job = job_for(self)
        if job is None:
            return apply_async(self, args, kwargs, **options)
        return _enqueue(job, args, kwargs, options)

    def ours_by_name(self: Any, name: str, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        job = _declared().get(name)
        if job is None:
            return send_task(self, name, args, kwargs, **options)
        return _enqueue(job, args, kwargs, options)

    Task.apply_async = ours
    Celery.send_task = ours_by_name


def callable_for(task: Any) -> Any:
    """The function that runs a task the way Celery's worker would."""
    from celery.exceptions import Ignore, Reject, Retry  # type: ignore

    if not hasattr(task, "push_request"):
        return task  # a plain function

    def run(*args: Any, **kwargs: Any) -> Any:
        ctx = C.current()
        attempt = ctx.attempt if ctx else 1
        task.push_request(
            id=str(ctx.id if ctx else 0), args=args, kwargs=kwargs, retries=attempt - 1, called_directly=False,
            is_eager=False, delivery_info={"routing_key": "roadworthy"}, root_id=str(ctx.id if ctx else 0),
        )
        # Celery's own retry() would publish to its broker; here the run itself is retried.
        signature, task.signature_from_request = task.signature_from_request, lambda *a, **k: _NoPublish()
        try:
            return task.run(*args, **kwargs)
        except Retry as err:
            after = err.when if isinstance(err.when, (int, float)) else None
            raise C.Retry(str(err.exc or err.message or "retry asked for"), after) from err
        except (Ignore, Reject) as err:
            raise C.Dead("the task was %s" % ("ignored" if isinstance(err, Ignore) else "rejected")) from err
        finally:
            task.signature_from_request = signature
            task.pop_request()

    run.__name__ = getattr(task, "__name__", "task")
    return run


class _NoPublish:
    def apply_async(self) -> None:
        return None

    def apply(self, *args: Any, **kwargs: Any) -> "_NoPublish":
        return self
