from dataclasses import dataclass, field

import requests


@dataclass
class Retry:
    times: int = 3

    def wait(self):  # want: sleep!
        import time

        time.sleep(self.times)


@dataclass
class Api:
    base: str
    session: requests.Session = field(default_factory=requests.Session)
    retry: Retry = field(default_factory=Retry)

    def get(self, path):  # want: net! sleep!
        self.retry.wait()
        return self.session.get(self.base + path)

    def url(self, path):  # want:
        return self.base + path


@dataclass(frozen=True)
class Bundle:
    api: Api

    def both(self):  # want: net! sleep!
        return self.api.get("/a"), self.api.get("/b")


def build():  # want:
    return Bundle(Api("https://x.example.com"))


def run():  # want: net! sleep!
    return build().both()
