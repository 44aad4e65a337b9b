import smtplib

import requests

HANDLERS = {}


def handler(name):  # want:
    def register(func):  # want: state
        HANDLERS[name] = func
        return func

    return register


@handler("mail")
def send_mail(text):  # want: net! notify!
    smtplib.SMTP("localhost").sendmail("a", "b", text)


@handler("hook")
def send_hook(text):  # want: net!
    requests.post("https://example.com", data=text)


def dispatch(kind, text):  # want: net! notify!
    HANDLERS[kind](text)


def kinds():  # want:
    return sorted(HANDLERS)
