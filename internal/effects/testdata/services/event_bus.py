"""Handlers are registered under a topic and called when something is published."""
import functools
import json
import logging
from collections import defaultdict

import requests

log = logging.getLogger(__name__)


class Bus:
    def __init__(self):  # want:
        self._handlers = defaultdict(list)

    def on(self, topic):  # want:
        def register(func):  # want:
            self._handlers[topic].append(func)
            return func

        return register

    def publish(self, topic, **data):  # want: net! fs.write! log
        log.debug("publish %s", topic)
        for handler in self._handlers[topic]:
            handler(**data)


bus = Bus()


@bus.on("order")
def post(**data):  # want: net!
    requests.post("https://example.com", json=data)


@bus.on("audit")
def write(**data):  # want: fs.write!
    with open("audit", "a") as f:
        f.write(json.dumps(data))


def order(i):  # want: net! fs.write! log
    bus.publish("order", id=i)


later = functools.partial(bus.publish, "audit")


def audit():  # want: net! fs.write! log
    later(user="x")
