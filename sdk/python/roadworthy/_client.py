"""Enqueueing through the running ``roadworthy up`` or ``serve``: HTTP over its unix socket, or to its address."""

import http.client
import json
import os
import socket
import threading
import urllib.parse
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple, Union

from ._declare import Job, Request, Run

#: A test or an adapter may stand in here for the server; see roadworthy.testing.
_stand_in: "Optional[Callable[[List[Request]], List[Run]]]" = None


class EnqueueError(Exception):
    """The run was not accepted."""


class _Unix(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(self._path)


_local = threading.local()


def _find_socket() -> str:
    given = os.environ.get("ROADWORTHY_SOCKET")
    if given:
        return given
    here = os.getcwd()
    while True:
        path = os.path.join(here, ".roadworthy", "roadworthy.sock")
        if os.path.exists(path):
            return path
        parent = os.path.dirname(here)
        if parent == here:
            raise EnqueueError(
                "no running roadworthy found: start `roadworthy up` in the project, or set ROADWORTHY_URL (and "
                "ROADWORTHY_TOKEN) to the address of `roadworthy serve`"
            )
        here = parent


def _connection() -> Tuple[http.client.HTTPConnection, Dict[str, str]]:
    # A forked child must not share its parent's connection.
    if getattr(_local, "pid", None) == os.getpid() and getattr(_local, "conn", None) is not None:
        return _local.conn, _local.headers
    headers = {"Content-Type": "application/json"}
    url = os.environ.get("ROADWORTHY_URL")
    conn: http.client.HTTPConnection
    if url:
        parts = urllib.parse.urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        conn = kind(parts.hostname or "localhost", parts.port, timeout=30)
        token = os.environ.get("ROADWORTHY_TOKEN")
        if token:
            headers["Authorization"] = "Bearer " + token
    else:
        conn = _Unix(_find_socket())
    _local.conn, _local.headers, _local.pid = conn, headers, os.getpid()
    return conn, headers


def call(method: str, path: str, body: Any) -> Any:
    """One request to the server. A connection that was closed while idle is opened again, once, before anything was sent."""
    payload = json.dumps(body, allow_nan=False).encode()
    for fresh in (False, True):
        conn, headers = _connection()
        reused = conn.sock is not None
        try:
            conn.request(method, path, payload, headers)
            answer = conn.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException) as err:
            conn.close()
            _local.conn = None
            if reused and not fresh and isinstance(err, (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)):
                continue
            raise EnqueueError("cannot reach roadworthy: %s" % (err or type(err).__name__)) from err
        if answer.status >= 400:
            try:
                reason = json.loads(data)["error"]
            except (ValueError, KeyError, TypeError):
                reason = data.decode("utf-8", "replace")[:500]
            raise EnqueueError(reason)
        return json.loads(data)
    raise AssertionError("unreachable")


def _request(what: "Union[Request, Job[Any, Any], str]", args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Request:
    if isinstance(what, Request):
        if args or kwargs:
            raise TypeError("a Request already has its arguments")
        return what
    if isinstance(what, Job):
        return what.request(*args, **kwargs)
    return Request(what, args, kwargs)


def enqueue(what: "Union[Request, Job[Any, Any], str]", *args: Any, **kwargs: Any) -> Run:
    """Ask for one run of a job, given as the job, its name or a Request. When this returns, the run is on disk."""
    return enqueue_many([_request(what, args, kwargs)])[0]


def enqueue_many(requests: "Iterable[Union[Request, Job[Any, Any], str]]") -> List[Run]:
    """Ask for many runs in one transaction: all are accepted or none."""
    wanted = [_request(r, (), {}) for r in requests]
    if _stand_in is not None:
        return _stand_in(wanted)
    answer = call("POST", "/api/v1/enqueue", {"runs": [r.wire() for r in wanted], "trace": _trace()})
    return [Run(a["id"], a.get("duplicate", False)) for a in answer["accepted"]]


def _trace() -> str:
    from ._context import current

    ctx = current()
    if ctx is not None and ctx.traceparent:
        return ctx.traceparent
    try:  # the caller's own trace, if it uses OpenTelemetry
        from opentelemetry import trace  # type: ignore

        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            return "00-%032x-%016x-%02x" % (span.trace_id, span.span_id, span.trace_flags)
    except ImportError:
        pass
    return ""
