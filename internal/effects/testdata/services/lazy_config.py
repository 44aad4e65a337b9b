"""Configuration read on first use and kept."""
import os
import threading
import tomllib

_lock = threading.Lock()
_values = None


def _read():  # want: fs.read! env
    path = os.getenv("APP_CONFIG", "app.toml")
    with open(path, "rb") as f:
        return tomllib.load(f)


def values():  # want: fs.read! env state
    global _values
    with _lock:
        if _values is None:
            _values = _read()
    return _values


def get(name, default=None):  # want: fs.read! env state
    return values().get(name, default)


class Section:
    def __init__(self, name):  # want:
        self.name = name

    def __getattr__(self, key):  # want: fs.read! env state
        return get(self.name)[key]


def database_url():  # want: fs.read! env state
    return Section("database").url
