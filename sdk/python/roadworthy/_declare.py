"""What a declared job is: the function itself, and how to ask for a run of it."""

import datetime
import functools
import json
from typing import TYPE_CHECKING, Any, Callable, Dict, Generic, List, Optional, Tuple, TypeVar, Union, cast, overload

if TYPE_CHECKING:
    from typing_extensions import ParamSpec

    P = ParamSpec("P")
else:
    P = TypeVar("P")

R = TypeVar("R")


class Request:
    """A request for one run, not yet sent: hand it to ``enqueue``, ``enqueue_many`` or ``postgres.enqueue``."""

    __slots__ = ("job", "args", "kwargs", "key", "at", "queue", "priority")

    def __init__(
        self,
        job: str,
        args: Tuple[Any, ...] = (),
        kwargs: Optional[Dict[str, Any]] = None,
        *,
        key: Optional[str] = None,
        at: Optional[datetime.datetime] = None,
        delay: Union[None, float, datetime.timedelta] = None,
        queue: Optional[str] = None,
        priority: Optional[int] = None,
    ) -> None:
        if delay is not None:
            if at is not None:
                raise ValueError("give at or delay, not both")
            step = delay if isinstance(delay, datetime.timedelta) else datetime.timedelta(seconds=delay)
            at = datetime.datetime.now(datetime.timezone.utc) + step
        if at is not None and at.tzinfo is None:
            raise ValueError("at must know its time zone: use datetime.now(timezone.utc) or zoneinfo")
        self.job = job
        self.args = tuple(args)
        self.kwargs = dict(kwargs or {})
        self.key = key
        self.at = at
        self.queue = queue
        self.priority = priority

    def arguments(self) -> Dict[str, Any]:
        """The arguments as the one JSON object that travels: named ones by name, positional ones under ``*``."""
        out = dict(self.kwargs)
        if self.args:
            out["*"] = list(self.args)
        try:
            json.dumps(out, allow_nan=False)
        except (TypeError, ValueError) as err:
            raise TypeError(
                "arguments of job %s cannot be written as JSON (%s): pass numbers, text, lists, dicts, or a path or "
                "key under which the job finds the rest" % (self.job, err)
            ) from None
        return out

    def wire(self) -> Dict[str, Any]:
        out: Dict[str, Any] = {"job": self.job, "args": self.arguments()}
        if self.key is not None:
            out["key"] = self.key
        if self.at is not None:
            out["at"] = self.at.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
        if self.queue is not None:
            out["queue"] = self.queue
        if self.priority is not None:
            out["priority"] = self.priority
        return out


class Run:
    """An accepted run: on disk when you hold it."""

    __slots__ = ("id", "duplicate")

    def __init__(self, id: int, duplicate: bool = False) -> None:
        self.id = id
        #: The key had been used before; ``id`` is the run of the first request.
        self.duplicate = duplicate

    def __repr__(self) -> str:
        return "Run(%d%s)" % (self.id, ", duplicate=True" if self.duplicate else "")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and (self.id, self.duplicate) == (other.id, other.duplicate)

    def __hash__(self) -> int:
        return hash(self.id)


class Job(Generic[P, R]):
    """A function that Roadworthy can run. Calling it calls the function."""

    def __init__(self, function: "Callable[P, R]", name: str, options: Dict[str, Any]) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.name = name
        self.options_declared = options
        self._options: Dict[str, Any] = {}

    def __call__(self, *args: "P.args", **kwargs: "P.kwargs") -> R:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return "<roadworthy job %s>" % self.name

    def options(
        self,
        *,
        key: Optional[str] = None,
        at: Optional[datetime.datetime] = None,
        delay: Union[None, float, datetime.timedelta] = None,
        queue: Optional[str] = None,
        priority: Optional[int] = None,
    ) -> "Job[P, R]":
        """The same job with options for the runs enqueued through the result."""
        other: "Job[P, R]" = Job(self.function, self.name, self.options_declared)
        given = {"key": key, "at": at, "delay": delay, "queue": queue, "priority": priority}
        other._options = {**self._options, **{k: v for k, v in given.items() if v is not None}}
        return other

    def request(self, *args: "P.args", **kwargs: "P.kwargs") -> Request:
        """A request to hand to ``enqueue_many`` or ``postgres.enqueue``."""
        return Request(self.name, args, cast(Dict[str, Any], kwargs), **self._options)

    def enqueue(self, *args: "P.args", **kwargs: "P.kwargs") -> Run:
        """Ask for a run. When this returns, the run is on disk."""
        from ._client import enqueue

        return enqueue(self.request(*args, **kwargs))

    def enqueue_many(self, calls: List[Dict[str, Any]]) -> List[Run]:
        """Ask for one run for each set of named arguments, in one transaction."""
        from ._client import enqueue_many

        return enqueue_many([Request(self.name, (), call, **self._options) for call in calls])


@overload
def job(function: "Callable[P, R]") -> "Job[P, R]": ...


@overload
def job(
    *,
    name: Optional[str] = ...,
    schedule: Optional[str] = ...,
    timezone: Optional[str] = ...,
    missed: Optional[str] = ...,
    depends_on: Optional[List[str]] = ...,
    queue: Optional[str] = ...,
    priority: Optional[int] = ...,
    retries: Optional[int] = ...,
    backoff: Optional[str] = ...,
    timeout: Optional[str] = ...,
    grace: Optional[str] = ...,
    memory: Optional[str] = ...,
    concurrency: Optional[int] = ...,
    per_key: Optional[str] = ...,
    per_key_concurrency: Optional[int] = ...,
    rate_limit: Optional[str] = ...,
    slots: Optional[int] = ...,
    idempotency_key: Optional[str] = ...,
    owner: Optional[str] = ...,
    alerts: Optional[List[str]] = ...,
    late: Optional[str] = ...,
    max_age: Optional[str] = ...,
    failure_rate: Optional[float] = ...,
    expect: Optional[Dict[str, str]] = ...,
    tier: Optional[str] = ...,
) -> "Callable[[Callable[P, R]], Job[P, R]]": ...


def job(function: Any = None, **options: Any) -> Any:
    """Declare a function as a job. The options are read from the source, so they have to be literals."""
    if function is not None:
        return Job(function, function.__name__, {})

    def declare(fn: Any) -> Any:
        return Job(fn, options.get("name") or fn.__name__, options)

    return declare
