import atexit
import signal
import threading

import requests


def cleanup():  # want: net!
    requests.post("https://example.com/bye")


def stop(signum, frame):  # want: exit
    raise SystemExit(0)


def install():  # want: state
    atexit.register(cleanup)
    signal.signal(signal.SIGTERM, stop)


class Bus:
    def __init__(self):  # want:
        self.handlers = []

    def subscribe(self, handler):  # want:
        self.handlers.append(handler)

    def publish(self, event):  # want: net!
        for handler in self.handlers:
            handler(event)


bus = Bus()
bus.subscribe(lambda event: cleanup())


def announce():  # want: net!
    bus.publish("x")


def timer():  # want:
    return threading.Timer(3, cleanup)
