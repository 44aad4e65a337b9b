"""Handing a job to the queue is a queue effect; what the job does stays with the worker."""
import requests
from celery import Celery

app = Celery("x")


@app.task
def plain(x):  # want: queue!
    later.delay(x)
    other.apply_async((x,))


@app.task(max_retries=5)
def later(x):  # want: net!
    requests.post("https://example.com", json=x)


@app.task
def other(x):  # want:
    return x


def both(x):  # want: queue!
    plain.delay(x)
