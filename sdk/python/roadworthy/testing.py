"""Test jobs without a server.

    def test_order_mails(…):
        with roadworthy.testing.capture() as queue:
            place_order(7)
        queue.assert_enqueued("send_mail", order=7)

    def test_send_mail(…):
        outcome = roadworthy.testing.run(send_mail, order=7)
        assert outcome.progress == (1.0, 1.0, "")
"""

import asyncio
import contextlib
import inspect
import json
from typing import Any, Dict, Iterator, List, Optional, Tuple, Union

from . import _client
from . import _context as C
from ._declare import Job, Request, Run

__all__ = ["Outcome", "Queue", "capture", "run"]


class Queue:
    """What was enqueued."""

    def __init__(self) -> None:
        self.requests: List[Request] = []
        self._keys: Dict[Tuple[str, str], int] = {}

    def _accept(self, requests: List[Request]) -> List[Run]:
        out = []
        for request in requests:
            request.arguments()  # what could not travel fails here as it would there
            name = (request.job, request.key or "")
            if request.key is not None and name in self._keys:
                out.append(Run(self._keys[name], True))
                continue
            self.requests.append(request)
            if request.key is not None:
                self._keys[name] = len(self.requests)
            out.append(Run(len(self.requests)))
        return out

    def of(self, what: "Union[Job[Any, Any], str]") -> List[Request]:
        name = what.name if isinstance(what, Job) else what
        return [r for r in self.requests if r.job == name]

    def assert_enqueued(self, what: "Union[Job[Any, Any], str]", *args: Any, **kwargs: Any) -> None:
        """At least one run of the job with exactly these arguments; any arguments if none are given."""
        found = self.of(what)
        if any((not args and not kwargs) or (r.args == args and r.kwargs == kwargs) for r in found):
            return
        name = what.name if isinstance(what, Job) else what
        seen = "; ".join("%s%s" % (r.job, json.dumps(r.arguments())) for r in self.requests) or "nothing"
        raise AssertionError("no run of %s with %r %r was enqueued; enqueued: %s" % (name, args, kwargs, seen))

    def assert_not_enqueued(self, what: "Union[Job[Any, Any], str]") -> None:
        if self.of(what):
            raise AssertionError("%d runs of %s were enqueued" % (len(self.of(what)), what))


@contextlib.contextmanager
def capture() -> Iterator[Queue]:
    """Collect what is enqueued instead of sending it."""
    queue = Queue()
    before = _client._stand_in
    _client._stand_in = queue._accept
    try:
        yield queue
    finally:
        _client._stand_in = before


class Outcome:
    """What a run in this process did."""

    def __init__(self) -> None:
        self.result: Any = None
        self.progress: Optional[Tuple[float, float, str]] = None
        self.metrics: List[Tuple[str, float]] = []
        self.checkpoint: Any = None
        self.enqueued: Queue = Queue()


def run(job: Any, *args: Any, attempt: int = 1, max_attempts: int = 1, key: Optional[str] = None, checkpoint: Any = None, cancelled: bool = False, **kwargs: Any) -> Outcome:
    """Run a job here and now, as a worker would, with its arguments through JSON and a context of its own."""
    fn = job.function if isinstance(job, Job) else job
    name = job.name if isinstance(job, Job) else getattr(fn, "__name__", "job")
    sent = json.loads(json.dumps(Request(name, args, kwargs).arguments()))
    out = Outcome()

    def receive(kind: int, body: Dict[str, Any]) -> None:
        if kind == C.PROGRESS:
            out.progress = (body["d"], body["t"], body["n"])
        elif kind == C.METRIC:
            out.metrics.append((body["n"], body["v"]))

    context = C.Context({"id": 1, "job": name, "attempt": attempt, "max": max_attempts, "key": key, "checkpoint": checkpoint}, receive, lambda: cancelled)
    token = C._current.set(context)
    call_before = _client.call
    _client.call = lambda method, path, body: {}
    try:
        with capture() as out.enqueued:
            positional = sent.pop("*", [])
            result = fn(*positional, **sent)
            out.result = asyncio.run(result) if inspect.iscoroutine(result) else result
    finally:
        _client.call = call_before
        C._current.reset(token)
        out.checkpoint = context.state
    return out
