"""Signatures are joined and called; a call of a chain or group sends it."""
import requests
from celery import Celery, chain, group

app = Celery("flows")


@app.task
def download(url):  # want: net!
    return requests.get(url, timeout=30).text


@app.task
def parse(text):  # want:
    return text.split()


def joined(url):  # want: queue!
    return (download.s(url) | parse.s() | parse.s())()


def prepared(url):  # want:
    return download.s(url) | parse.s()


def called(url):  # want: queue!
    chain(download.s(url), parse.s())()


def spread(urls):  # want: queue!
    group(download.s(u) for u in urls)()


def spread_and_join(urls):  # want: queue!
    (group(download.s(u) for u in urls) | parse.s()).delay()
