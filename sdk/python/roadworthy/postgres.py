"""Enqueue inside your own Postgres transaction: a commit enqueues, a rollback does not.

    with conn.transaction():
        conn.execute("INSERT INTO invoices …")
        roadworthy.postgres.enqueue(conn, send_invoice, invoice_id=7)

Works on the caller's psycopg (3 or 2), SQLAlchemy (Connection or Session) or Django connection, and, with ``await
enqueue_async(…)``, on asyncpg, psycopg's AsyncConnection and SQLAlchemy's async connections and sessions. The connection
must reach the database that ``roadworthy serve`` uses; nothing is committed here.
"""

import datetime
import json
from typing import Any, List, Tuple, Union

from ._client import _request, _trace
from ._declare import Job, Request, Run

__all__ = ["enqueue", "enqueue_async"]

_NAMES = ("job", "args", "key", "at", "queue", "priority", "trace")
_CASTS = ("text", "jsonb", "text", "timestamptz", "text", "int", "text")


def _values(request: Request) -> Tuple[Any, ...]:
    at = request.at.astimezone(datetime.timezone.utc) if request.at is not None else None
    return (request.job, json.dumps(request.arguments()), request.key, at, request.queue, request.priority, _trace() or None)


def _statement(marks: List[str]) -> str:
    casts = ", ".join("CAST(%s AS %s)" % pair for pair in zip(marks, _CASTS))
    return "SELECT run_id, duplicate FROM rw_enqueue(" + casts + ")"


_FORMAT = _statement(["%s"] * 7)
_NAMED = _statement([":" + name for name in _NAMES])


def _kind(conn: Any) -> str:
    """Which library a connection is from, told by its class's module, so that none has to be installed."""
    modules = {cls.__module__.split(".")[0] for cls in type(conn).__mro__}
    for name in ("sqlalchemy", "django", "asyncpg", "psycopg", "psycopg2"):
        if name in modules:
            return name
    # django.db.connection is a proxy, and SQLAlchemy's scoped_session a registry.
    if hasattr(conn, "cursor"):
        return "dbapi"
    raise TypeError(
        "%s is not a connection this knows: pass a psycopg, asyncpg, SQLAlchemy or Django connection" % type(conn).__name__
    )


def enqueue(conn: Any, what: "Union[Request, Job[Any, Any], str]", *args: Any, **kwargs: Any) -> Run:
    """Enqueue in the transaction that ``conn`` is in."""
    request = _request(what, args, kwargs)
    kind = _kind(conn)
    if kind == "asyncpg":
        raise TypeError("an asyncpg connection needs `await roadworthy.postgres.enqueue_async(…)`")
    values = _values(request)
    if kind == "sqlalchemy":
        from sqlalchemy import text

        row = conn.execute(text(_NAMED), dict(zip(_NAMES, values))).one()
    elif hasattr(conn, "cursor"):
        with conn.cursor() as cursor:
            cursor.execute(_FORMAT, values)
            row = cursor.fetchone()
    else:  # a cursor
        conn.execute(_FORMAT, values)
        row = conn.fetchone()
    return _run(row)


async def enqueue_async(conn: Any, what: "Union[Request, Job[Any, Any], str]", *args: Any, **kwargs: Any) -> Run:
    """Enqueue in the transaction that an asynchronous connection is in."""
    request = _request(what, args, kwargs)
    kind = _kind(conn)
    values = _values(request)
    if kind == "asyncpg":
        row = await conn.fetchrow(_statement(["$%d" % i for i in range(1, 8)]), *values)
    elif kind == "sqlalchemy":
        from sqlalchemy import text

        row = (await conn.execute(text(_NAMED), dict(zip(_NAMES, values)))).one()
    else:
        async with conn.cursor() as cursor:
            await cursor.execute(_FORMAT, values)
            row = await cursor.fetchone()
    return _run(row)


def _run(row: Any) -> Run:
    if isinstance(row, dict):  # a dict row factory
        return Run(int(row["run_id"]), bool(row["duplicate"]))
    return Run(int(row[0]), bool(row[1]))
