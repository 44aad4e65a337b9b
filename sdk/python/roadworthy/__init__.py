"""Declare and enqueue jobs that Roadworthy runs.

    import roadworthy

    @roadworthy.job(schedule="0 7 * * mon", retries=3)
    def report(week: str = "last") -> None:
        ...

    report.enqueue(week="2026-W12")

The decorator only describes the function: calling ``report()`` calls it, here and now. Jobs are found by reading the
source, so importing this module starts nothing and reaches nothing.
"""

from ._context import (
    Cancelled,
    Dead,
    Retry,
    Snooze,
    TimeLimit,
    cancelled,
    checkpoint,
    current,
    log,
    metric,
    progress,
    resume,
)
from ._declare import Job, Request, Run, job
from ._client import EnqueueError, enqueue, enqueue_many

__all__ = [
    "Cancelled",
    "Dead",
    "EnqueueError",
    "Job",
    "Request",
    "Retry",
    "Run",
    "Snooze",
    "TimeLimit",
    "cancelled",
    "checkpoint",
    "current",
    "enqueue",
    "enqueue_many",
    "job",
    "log",
    "metric",
    "progress",
    "resume",
]
__version__ = "0.1.0"
