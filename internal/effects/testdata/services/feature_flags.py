"""Flags from the environment, a file, or a service: the first that knows."""
import json
import os

import requests


def from_env(name):  # want: env
    return os.environ.get(f"FLAG_{name}")


def from_file(name):  # want: fs.read!
    try:
        with open("flags.json") as f:
            return json.load(f).get(name)
    except FileNotFoundError:
        return None


def from_service(name):  # want: net!
    return requests.get(f"https://flags.example.com/{name}", timeout=1).json()


SOURCES = (from_env, from_file, from_service)


def flag(name, default=False):  # want: env fs.read! net!
    for source in SOURCES:
        value = source(name)
        if value is not None:
            return value
    return default


def fast(name):  # want: env fs.read!
    return next((v for s in SOURCES[:2] if (v := s(name)) is not None), None)


def names(flags):  # want:
    return [n.lower() for n in flags]
