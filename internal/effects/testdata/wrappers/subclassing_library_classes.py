import json
import logging
import threading

import requests


class Session(requests.Session):
    def __init__(self, base):  # want:
        super().__init__()
        self.base = base

    def request(self, method, url, **kwargs):  # want: net! log
        logging.info("%s %s", method, url)
        return super().request(method, self.base + url, **kwargs)

    def users(self):  # want: net!
        return self.get("/users").json()


class Handler(logging.Handler):
    def emit(self, record):  # want: net!
        requests.post("https://logs.example.com", data=self.format(record))


class Encoder(json.JSONEncoder):
    def default(self, o):  # want:
        return str(o)


def users():  # want: net!
    return Session("https://example.com").users()


def encode(x):  # want:
    return json.dumps(x, cls=Encoder)
