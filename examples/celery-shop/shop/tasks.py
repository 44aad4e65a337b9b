"""A small Celery project. Nothing in this file knows Roadworthy."""

import os
import pathlib

from celery import Celery

app = Celery("shop", broker=os.environ.get("BROKER_URL", "redis://localhost:6379/0"))
OUT = pathlib.Path(os.environ.get("SHOP_OUT", "out"))


def note(line: str) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with open(OUT / "notes.txt", "a") as f:
        f.write(line + "\n")


@app.task
def place_order(order: int, items: int = 1) -> None:
    note(f"order {order}: {items} items")
    send_receipt.delay(order)


@app.task(bind=True, max_retries=3)
def send_receipt(self, order: int) -> None:
    if self.request.retries == 0:
        # The mail server is busy the first time.
        raise self.retry(exc=ConnectionError("mail server busy"), countdown=0.1)
    note(f"receipt {order} on attempt {self.request.retries + 1}")
