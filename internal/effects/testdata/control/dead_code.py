import sys
import time
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    requests.get("https://never.example.com")

DEBUG = False


def after_raise(path):  # want:
    raise NotImplementedError
    open(path, "w")


def after_return(url):  # want:
    return 1
    requests.get(url)


def if_false(url):  # want:
    if False:
        requests.get(url)
    if 0:
        time.sleep(1)
    return url


def if_true(path):  # want: fs.read!
    if True:
        return open(path).read()
    else:
        time.sleep(1)


def while_false():  # want:
    while False:
        time.sleep(1)


def constant(url):  # want: net!
    if DEBUG:
        requests.get(url)


def after_loop(path):  # want: stdout
    while True:
        print("x")
    open(path, "w")


def unreachable_branch(x):  # want: log
    import logging

    if x:
        return 1
    else:
        raise ValueError(logging.info("x"))
    time.sleep(1)
