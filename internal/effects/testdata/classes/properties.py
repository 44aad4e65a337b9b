import os
from functools import cached_property

import requests


class Service:
    def __init__(self, url):  # want:
        self._url = url

    @property
    def token(self):  # want: env
        return os.environ["TOKEN"]

    @cached_property
    def info(self):  # want: net! env
        return requests.get(self._url, headers={"t": self.token}).json()

    @property
    def path(self):  # want:
        return self._path

    @path.setter
    def path(self, value):  # want: fs.write!
        os.makedirs(value)
        self._path = value


def version(url):  # want: net! env
    return Service(url).info["version"]


def move(service: Service, path):  # want: fs.write!
    service.path = path


def where(service: Service):  # want:
    return service.path
