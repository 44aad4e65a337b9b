import logging
import os

import requests

log = logging.getLogger(__name__)


class Missing(Exception):
    def __init__(self, name):  # want: log
        super().__init__(name)
        log.warning("missing %s", name)


def fetch(url):  # want: net! log
    try:
        return requests.get(url)
    except requests.RequestException:
        log.exception("failed")
        raise


def find(name):  # want: log
    raise Missing(name)


def cleanup(path):  # want: fs.write! fs.read!
    try:
        return open(path).read()
    finally:
        os.remove(path)


def other(path):  # want: fs.read! stdout clock
    try:
        f = open(path)
    except OSError:
        print("no file")
    else:
        import time

        return time.time()


def group(path):  # want: fs.read! stdout
    try:
        open(path)
    except* OSError as e:
        print(e)
