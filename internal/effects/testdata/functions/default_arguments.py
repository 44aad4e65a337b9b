import time
from pathlib import Path

import requests


def poll(url, fetch=requests.get, wait=time.sleep):  # want: net! sleep!
    while not fetch(url).ok:
        wait(1)


def stub(url):  # want:
    return None


def poll_stub(check, fetch=stub):  # want:
    return fetch(check)


def folder(path=Path.home()):  # want:
    return path / "x"


def call(action=None, *, on_done=print):  # want: stdout
    on_done("done")
