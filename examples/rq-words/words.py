"""A small RQ project. Nothing in this file knows Roadworthy."""

import os
import pathlib

from redis import Redis
from rq import Queue, get_current_job

queue = Queue(connection=Redis())
OUT = pathlib.Path(os.environ.get("WORDS_OUT", "out"))


def count_words(text: str) -> int:
    n = len(text.split())
    queue.enqueue(store, text=text, words=n)
    return n


def store(text: str, words: int) -> None:
    job = get_current_job()
    OUT.mkdir(parents=True, exist_ok=True)
    with open(OUT / "counts.txt", "a") as f:
        f.write(f"{words} words, job {'known' if job and job.id else 'unknown'}\n")
