import os
from os import environ, getenv


class Settings:
    def __init__(self):  # want: env
        self.url = os.environ["DATABASE_URL"]
        self.debug = getenv("DEBUG", "") == "1"

    def masked(self):  # want:
        return self.url.split("@")[-1]


def region():  # want: env
    return environ.get("AWS_REGION", "eu-west-1")


def load():  # want: env
    return Settings()


def is_set(name):  # want: env
    return name in os.environ


def child(extra):  # want: env
    env = os.environ.copy()
    env.update(extra)
    return env
