"""Run RQ job functions unchanged.

    [job.count]
    entry = "shop.jobs:count_words"
    adapter = "rq"

An RQ job is a plain function, so it runs as it stands. In a Roadworthy worker, and in processes that call ``install()``,
``Queue.enqueue()``, ``enqueue_call()``, ``enqueue_in()`` and ``enqueue_at()`` of a function that is declared as a job
enqueue a Roadworthy run; of any other they go to Redis as before. ``get_current_job()`` answers with the run's id and
``meta``; ``save_meta()`` keeps meta as the run's checkpoint.
"""

import datetime
import json
import os
from typing import Any, Dict, Optional

from .. import _context as C
from .._client import enqueue
from .._declare import Request

_installed = False
_OPTIONS = ("timeout", "job_timeout", "result_ttl", "ttl", "failure_ttl", "description", "depends_on", "job_id", "at_front", "meta", "retry", "on_success", "on_failure", "on_stopped", "pipeline", "repeat", "group_id", "unique")


class Job:
    """What ``enqueue()`` returns, and ``get_current_job()`` inside a run."""

    def __init__(self, id: str, meta: Optional[Dict[str, Any]] = None) -> None:
        self.id = id
        self.meta: Dict[str, Any] = meta or {}

    def get_id(self) -> str:
        return self.id

    def save_meta(self) -> None:
        C.checkpoint(self.meta)

    @property
    def result(self) -> Any:
        raise RuntimeError("run %s is Roadworthy's, which stores no results: let the job write what it makes, or enqueue the next job" % self.id)

    def return_value(self, refresh: bool = False) -> Any:
        return self.result


def job_for(function: Any) -> Optional[str]:
    known: Dict[str, str] = json.loads(os.environ.get("ROADWORTHY_RQ", "{}"))
    if isinstance(function, str):
        module, _, name = function.rpartition(".")
    else:
        module, name = getattr(function, "__module__", ""), getattr(function, "__qualname__", "")
    return known.get("%s:%s" % (module, name))


def install() -> None:
    """Make functions that are declared as jobs enqueue Roadworthy runs in this process."""
    global _installed
    if _installed:
        return
    _installed = True
    import rq
    import rq.job
    from rq.queue import Queue

    before = {name: getattr(Queue, name) for name in ("enqueue", "enqueue_call", "enqueue_at", "enqueue_in")}

    def send(job: str, args: Any, kwargs: Dict[str, Any], at: Any = None, delay: Any = None) -> Job:
        key = kwargs.get("job_id")
        args, kwargs = kwargs.pop("args", None) or args, kwargs.pop("kwargs", None) or {k: v for k, v in kwargs.items() if k not in _OPTIONS}
        if at is not None and at.tzinfo is None:
            at = at.replace(tzinfo=datetime.timezone.utc)
        return Job(str(enqueue(Request(job, tuple(args), kwargs, at=at, delay=delay, key=key)).id))

    def ours(self: Any, f: Any, *args: Any, **kwargs: Any) -> Any:
        job = job_for(f)
        return before["enqueue"](self, f, *args, **kwargs) if job is None else send(job, args, kwargs)

    def ours_call(self: Any, func: Any, args: Any = None, kwargs: Any = None, *rest: Any, **options: Any) -> Any:
        job = job_for(func)
        return before["enqueue_call"](self, func, args, kwargs, *rest, **options) if job is None else send(job, args or (), dict(kwargs or {}))

    def ours_at(self: Any, when: datetime.datetime, f: Any, *args: Any, **kwargs: Any) -> Any:
        job = job_for(f)
        return before["enqueue_at"](self, when, f, *args, **kwargs) if job is None else send(job, args, kwargs, at=when)

    def ours_in(self: Any, delta: datetime.timedelta, f: Any, *args: Any, **kwargs: Any) -> Any:
        job = job_for(f)
        return before["enqueue_in"](self, delta, f, *args, **kwargs) if job is None else send(job, args, kwargs, delay=delta)

    for name, replacement in {"enqueue": ours, "enqueue_call": ours_call, "enqueue_at": ours_at, "enqueue_in": ours_in}.items():
        setattr(Queue, name, replacement)

    current_before = rq.job.get_current_job

    def current(connection: Any = None, job_class: Any = None) -> Any:
        ctx = C.current()
        if ctx is None:
            return current_before(connection, job_class)
        return Job(str(ctx.id), ctx.state if isinstance(ctx.state, dict) else {})

    rq.job.get_current_job = current
    rq.get_current_job = current


def callable_for(function: Any) -> Any:
    return function
