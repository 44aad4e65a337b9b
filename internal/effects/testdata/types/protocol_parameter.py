from typing import Protocol

import requests


class Sender(Protocol):
    def send(self, text: str) -> None: ...


class Http:
    def send(self, text):  # want: net!
        requests.post("https://chat.example.com", data=text)


class Null:
    def send(self, text):  # want:
        return None


def announce(sender: Sender, text):  # want: net!~
    sender.send(text.upper())


def quiet(text):  # want:
    Null().send(text)


def loud(text):  # want: net!~
    announce(Http(), text)
    announce(Null(), text)
