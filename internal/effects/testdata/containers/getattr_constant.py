import time

import requests


class Commands:
    def start(self):  # want: net!
        requests.post("https://example.com/start")

    def wait(self):  # want: sleep!
        time.sleep(1)

    def name(self):  # want:
        return "commands"


def start(c: Commands):  # want: net!
    getattr(c, "start")()


def default(c: Commands):  # want:
    return getattr(c, "name", None)()


def choose(c: Commands, slow):  # want: sleep! net!
    method = "wait" if slow else "start"
    getattr(c, method)()


def library(url):  # want: net!
    verb = getattr(requests, "get")
    return verb(url)


def by_loop(c: Commands):  # want: sleep!
    for name in ("wait", "name"):
        getattr(c, name)()


def by_prefix(names):  # want: net!
    verb = ""
    for name in names:
        verb = name or verb
    return getattr(requests, verb or "get")("https://example.com")


def empty(c: Commands):  # want:
    setattr(requests, "", 1)
    return getattr(requests, "", None)
