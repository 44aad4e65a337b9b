"""What a running job can ask and tell: its identity, progress, checkpoints, signals, cancellation."""

import contextvars
import json
import sys
import time
from typing import Any, Callable, Dict, Optional


class Retry(Exception):
    """Raise to fail this attempt on purpose; ``after`` (seconds) overrides the declared backoff."""

    def __init__(self, reason: str = "", after: Optional[float] = None) -> None:
        super().__init__(reason)
        self.after = after


class Dead(Exception):
    """Raise when no retry can help: the run goes to the dead letters now."""


class Snooze(Exception):
    """Raise to be run again later without using up an attempt."""

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(reason or "snoozed for %g s" % seconds)
        self.seconds = seconds


class Cancelled(BaseException):
    """Raised in a job that an operator cancelled. Clean up and let it rise."""


class TimeLimit(BaseException):
    """Raised in a job whose time limit is over. Clean up and let it rise: the process ends after the grace period."""


class Context:
    """The run that this code is part of."""

    def __init__(self, run: Dict[str, Any], send: "Callable[[int, Dict[str, Any]], None]", poll: "Callable[[], bool]") -> None:
        self.id: int = run.get("id", 0)
        self.job: str = run.get("job", "")
        self.attempt: int = run.get("attempt", 1)
        self.max_attempts: int = run.get("max", 1)
        #: The idempotency key: hand it on to whatever you call that takes one. It is the same for every attempt.
        self.key: str = run.get("key") or "run-%d" % self.id
        self.deadline: Optional[float] = run.get("deadline")
        #: W3C traceparent of this attempt; send it on as the header of the same name.
        self.traceparent: str = run.get("trace", "")
        self.state: Any = run.get("checkpoint")
        self._send = send
        self._poll = poll


_current: "contextvars.ContextVar[Optional[Context]]" = contextvars.ContextVar("roadworthy_run", default=None)


def current() -> Optional[Context]:
    """The run that this code is part of, or None outside of one."""
    return _current.get()


def cancelled() -> bool:
    """Whether this run has been asked to stop. Cheap enough for every turn of a loop. False outside of a run."""
    ctx = _current.get()
    return ctx is not None and ctx._poll()


def progress(done: float, total: float = 1.0, note: str = "") -> None:
    """Say how far this run is; the dashboard shows it. Does nothing outside of a run."""
    ctx = _current.get()
    if ctx is not None:
        ctx._send(PROGRESS, {"r": ctx.id, "d": float(done), "t": float(total), "n": str(note)})


def metric(name: str, value: float = 1.0) -> None:
    """Report a business number: documents embedded, invoices synced. Plotted, and alerted on when it stops."""
    ctx = _current.get()
    if ctx is not None:
        ctx._send(METRIC, {"r": ctx.id, "n": str(name), "v": float(value)})


def checkpoint(state: Any) -> None:
    """Keep ``state`` (JSON) for the next attempt of this run. On disk when this returns."""
    ctx = _current.get()
    if ctx is None:
        return
    json.dumps(state, allow_nan=False)
    ctx.state = state
    from ._client import call

    call("POST", "/api/v1/runs/%d/checkpoint" % ctx.id, {"state": state})


def resume(default: Any = None) -> Any:
    """The last checkpoint of this run, or ``default`` if no attempt has made one."""
    ctx = _current.get()
    return default if ctx is None or ctx.state is None else ctx.state


def log(event: str, **fields: Any) -> None:
    """Write one structured line with the run's identity to standard error."""
    ctx = _current.get()
    line: Dict[str, Any] = {"time": time.time(), "event": event}
    if ctx is not None:
        line.update(job=ctx.job, run=ctx.id, attempt=ctx.attempt)
        if ctx.traceparent:
            line["trace_id"] = ctx.traceparent.split("-")[1]
    line.update(fields)
    sys.stderr.write(json.dumps(line, default=str) + "\n")


# Frame types of the protocol between Roadworthy and its workers; docs/run.md has the table.
HELLO, READY, FORK, FORKED, EXITED, RUN, RESULT, LOG, PROGRESS, METRIC, CANCEL, DRAIN = range(1, 13)
