"""Arguments that rule branches of what is called out, in every form of test."""
import logging
import os
import subprocess
import sys

import requests

log = logging.getLogger(__name__)


def fetch(url, cache=None, offline=False):  # want: net!
    if offline:
        return None
    if cache is not None:
        return cache.get(url)
    return requests.get(url, timeout=5)


def fetch_offline(url):  # want:
    return fetch(url, offline=True)


def fetch_now(url):  # want: net!
    return fetch(url)


def announce(text, channel="console"):  # want: log net! stdout
    if channel == "console":
        print(text)
    elif channel == "log":
        log.info(text)
    else:
        requests.post("https://chat.example/hooks", json={"text": text}, timeout=5)


def announce_here(text):  # want: stdout
    announce(text)


def announce_in_log(text):  # want: log
    announce(text, "log")


def announce_everywhere(text):  # want: net!
    announce(text, channel="chat")


def install(package, extra=(), *, enabled=True, index=None):  # want: subprocess!
    enabled and subprocess.run(["pip", "install", package, *extra])
    index is None or subprocess.run(["pip", "config", "set", "index", index])


def nothing_installed(package):  # want:
    install(package, enabled=False)


def only_index(index):  # want: subprocess!
    install("x", enabled=False, index=index)


def level(value, mode):  # want: env exit fs.read!
    found = os.environ["LEVEL"] if mode in ("env", "both") else value
    if mode not in {"env", "plain", "both"}:
        with open("level.txt") as f:
            found = f.read()
    if mode != "plain" and not found:
        sys.exit(2)
    return found


def plain_level(value):  # want:
    return level(value, "plain")


def level_of_environment():  # want: env exit
    return level(None, mode="env")


def level_of_file():  # want: exit fs.read!
    return level(None, "file")


def either(a=None, b=None):  # want: net! stdout
    if a is None or b is None:
        print("one is missing")
    else:
        requests.get(a + b, timeout=5)
    if a and b:
        requests.put(a + b, timeout=5)


def with_neither():  # want: stdout
    either()


def with_both():  # want: net!
    either("https://", "example.org")


def with_one(a):  # want: stdout
    either(a)


def drain(queue, block=-1, forever=True):  # want: sleep! stdout
    import time
    while forever:
        time.sleep(1)
        if queue.empty():
            break
    if block == -1:
        return
    print("still", block)


def drain_once(queue):  # want:
    drain(queue, forever=False)


def drain_aloud(queue):  # want: stdout
    drain(queue, 3, False)


class Session:
    pass


def load(source, session=None):  # want: fs.read! net!
    if isinstance(source, str):
        with open(source) as f:
            return f.read()
    if isinstance(source, (int, float)) or isinstance(session, Session):
        return requests.get("https://example.org", timeout=5)
    return source


def load_file():  # want: fs.read!
    return load("rows.csv")


def load_number():  # want: net!
    return load(7)


def load_nothing():  # want:
    return load(None)


def load_truth():  # want: net!
    return load(True)


def load_in_session(session):  # want: net!
    return load(None, session)


def sources(names):  # want: exit
    if "all" in names:
        return ["one", "two"]
    sys.exit("no such source: " + names)


def all_sources():  # want:
    return sources("all")


def some_sources():  # want: exit
    return sources("some")
