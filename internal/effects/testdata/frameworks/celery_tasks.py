import requests
from celery import Celery, shared_task

app = Celery("shop", broker="redis://")


@app.task(bind=True, max_retries=3)
def sync(self, order):  # want: net!
    requests.post("https://erp.example.com", json=order)


@shared_task
def clean(path):  # want: fs.write!
    import os

    os.remove(path)


def place(order):  # want: queue!
    sync.delay(order)


def later(path):  # want: queue!
    clean.apply_async(args=[path], countdown=60)


def now(path):  # want: fs.write!
    clean(path)


def signature(path):  # want:
    return clean.s(path)
