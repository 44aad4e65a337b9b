"""Where it is not certain what a parameter holds, the branch stays."""
import functools
import random

import requests

OFF = False


def send(url, enabled=True):  # want: net!
    if enabled:
        requests.get(url, timeout=5)


def by_variable(url, flag):  # want: net!
    send(url, flag)


def by_constant_of_the_module(url):  # want: net!
    send(url, OFF)


def by_unpacking(url, options):  # want: net!
    send(url, **options)


def by_position(args):  # want: net!
    send(*args)


def by_partial(url):  # want: net!
    return functools.partial(send, url, False)()


def by_one_of_two(url):  # want: net! random
    send(url, False if random.random() > 0.5 else True)


def by_some(url):  # want: net!
    send(url, False)
    send(url)


def bound_anew(url, enabled=False):  # want: net!
    enabled = enabled or url.startswith("https")
    if enabled:
        requests.get(url, timeout=5)


def calls_bound_anew(url):  # want: net!
    bound_anew(url, False)


def bound_in_the_test(url, reply=None):  # want: net!
    if (reply := url.strip()) and reply is not None:
        requests.get(url, timeout=5)


def calls_bound_in_the_test(url):  # want: net!
    bound_in_the_test(url)


def bound_in_a_loop(urls, first=None):  # want: net!
    for url in urls:
        if first is not None:
            requests.get(first, timeout=5)
        first = url


def calls_bound_in_a_loop(urls):  # want: net!
    bound_in_a_loop(urls)


def bound_by_another(url, ready=False):  # want: net!
    def mark():
        nonlocal ready
        ready = True
    mark()
    if ready:
        requests.get(url, timeout=5)


def calls_bound_by_another(url):  # want: net!
    bound_by_another(url)


def number(url, n=0):  # want: net!
    if n == True:  # noqa: E712
        requests.get(url, timeout=5)


def calls_number(url):  # want: net!
    number(url, 1)


def either(url, a=False, b=False):  # want: net!
    if a or b:
        requests.get(url, timeout=5)


def calls_either(url, b):  # want: net!
    either(url, False, b)


def partly(url, a=False):  # want: net!
    if a or url:
        requests.get(url, timeout=5)


def calls_partly(url):  # want: net!
    partly(url)


def options_changed(url, **options):  # want: net!
    options.setdefault("enabled", True)
    send(url, **options)


def calls_options_changed(url):  # want: net!
    options_changed(url)


def options_merged(url, *args, **options):  # want: net!
    send(url, *args, **{**options, "enabled": True})


def calls_options_merged(url):  # want: net!
    options_merged(url, enabled=False)


class Sender:
    enabled = True

    def send(self, url, enabled=None):  # want: net!
        if enabled is None:
            enabled = self.enabled
        if enabled:
            requests.get(url, timeout=5)

    def send_by_default(self, url):  # want: net!
        self.send(url)


def registered(url, dry=True):  # want: net!
    if not dry:
        requests.get(url, timeout=5)


HANDLERS = {"go": registered}


def dispatch(name, url):  # want: net!
    HANDLERS[name](url, dry=bool(name))


from somewhere import inject, provide  # noqa: E402


@inject
def injected(url, session=None):  # want: net!
    if session is not None:
        requests.get(url, timeout=5)


def calls_injected(url):  # want: net!
    injected(url)


@provide("session")
def provided(url, session=None):  # want: net!
    if session is not None:
        requests.get(url, timeout=5)


def calls_provided(url):  # want: net!
    provided(url)


@functools.lru_cache
def kept(url, session=None):  # want: net!
    if session is not None:
        requests.get(url, timeout=5)


def calls_kept(url):  # want:
    kept(url)
