"""Signals of blinker call what is connected to them, in the call of who sends."""
import logging

import blinker
import requests
from blinker import Namespace, signal

signals = Namespace()
created = signals.signal("created")
removed = signals.signal("removed")
silent = signal("silent")
own = blinker.Signal()
log = logging.getLogger(__name__)


class Admin:
    pass


@created.connect
def tell(sender, **extra):  # want: net!
    requests.post("https://crm.example.com", json=extra, timeout=3)


@removed.connect_via(Admin)
def note(sender, **extra):  # want: log
    log.info("removed %s", extra)


def store(sender, **extra):  # want: fs.write!
    with open("users", "a") as f:
        f.write(str(extra))


created.connect(store)
own.connect(print)


def create(name):  # want: net! fs.write!
    created.send("app", name=name)


def create_by_name(name):  # want: net! fs.write!
    signal("created").send("app", name=name)


def remove(name):  # want: log
    removed.send(Admin, name=name)


def remove_other(name):  # want:
    removed.send(Namespace, name=name)


def nothing():  # want:
    silent.send("app")


def loud():  # want: stdout
    own.send(1)
