import requests


class Proxy:
    def __init__(self, target):  # want:
        self._target = target

    def __getattr__(self, name):
        return getattr(self._target, name)


class Api:
    def ping(self):  # want: net!
        return requests.get("https://example.com").ok

    def name(self):  # want:
        return "api"


def direct():  # want: net!
    return Api().ping()


def through():  # want: net!
    return Proxy(Api()).ping()


def named():  # want:
    return Api().name()
