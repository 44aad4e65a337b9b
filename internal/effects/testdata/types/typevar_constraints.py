"""A type variable with constraints is any of them."""
from typing import TypeVar

import httpx
import requests


class Store:
    def put(self, x):  # want: fs.write!
        with open("x", "w") as f:
            f.write(x)


C = TypeVar("C", requests.Session, httpx.Client)
S = TypeVar("S", Store, dict)


def fetch(client: C):  # want: net!
    return client.get("https://example.com")


def keep(store: S, x):  # want: fs.write!
    store.put(x)
