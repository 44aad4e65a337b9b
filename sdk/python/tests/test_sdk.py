import asyncio
import datetime

import pytest

import roadworthy
import roadworthy.testing
from roadworthy import _worker


@roadworthy.job(retries=3)
def double(n: int) -> int:
    roadworthy.progress(1, 2, "half")
    roadworthy.metric("doubled", n)
    roadworthy.checkpoint({"n": n})
    later.options(key="k-%d" % n).enqueue(n=n)
    return 2 * n


@roadworthy.job
async def later(n: int) -> None:
    await asyncio.sleep(0)


def test_a_job_is_its_function() -> None:
    with roadworthy.testing.capture():
        assert double(2) == 4
    assert double.name == "double" and double.__name__ == "double"
    assert roadworthy.current() is None and not roadworthy.cancelled()


def test_run_collects_what_a_job_does() -> None:
    out = roadworthy.testing.run(double, 3)
    assert out.result == 6
    assert out.progress == (1.0, 2.0, "half")
    assert out.metrics == [("doubled", 3.0)]
    assert out.checkpoint == {"n": 3}
    out.enqueued.assert_enqueued(later, n=3)
    with pytest.raises(AssertionError, match="no run of later"):
        out.enqueued.assert_enqueued(later, n=4)


def test_coroutines_run() -> None:
    assert roadworthy.testing.run(later, n=1).result is None


def test_keys_hold_in_a_capture() -> None:
    with roadworthy.testing.capture() as queue:
        first = later.options(key="k").enqueue(n=1)
        second = later.options(key="k").enqueue(n=1)
    assert second.duplicate and second.id == first.id and len(queue.requests) == 1


def test_arguments_that_cannot_travel_are_named() -> None:
    with roadworthy.testing.capture(), pytest.raises(TypeError, match="arguments of job later"):
        later.enqueue(n=object())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="time zone"):
        later.options(at=datetime.datetime(2026, 1, 1)).request(n=1)


def test_wire_form() -> None:
    at = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    assert roadworthy.Request("j", (1,), {"x": 2}, key="k", at=at).wire() == {
        "job": "j", "args": {"x": 2, "*": [1]}, "key": "k", "at": "2026-01-01T00:00:00Z",
    }


@pytest.mark.parametrize(
    "error, outcome",
    [(ValueError("x"), "error"), (roadworthy.Dead("x"), "dead"), (roadworthy.Cancelled(), "cancelled"), (roadworthy.TimeLimit(), "timelimit"), (roadworthy.Snooze(3), "snooze"), (None, "ok")],
)
def test_results(error: BaseException, outcome: str) -> None:
    assert _worker.result_of(1, error)["o"] == outcome


def test_retry_says_when() -> None:
    assert _worker.result_of(1, roadworthy.Retry("busy", after=5))["s"] == 5
