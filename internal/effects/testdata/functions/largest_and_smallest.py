"""max and min use up an iterator, ask a key, and give one of what they are given."""
import requests


class Item:
    def __init__(self, n: int):
        self.n = n

    def fetch(self):  # want: net!
        return requests.get("https://example.com", timeout=1)


def sizes():  # want: net!
    for i in range(3):
        yield requests.get(f"https://example.com/{i}", timeout=1).status_code


def biggest():  # want: net!
    return max(sizes())


def smallest():  # want: net!
    return min(sizes(), default=0)


def best(items: list[Item]):  # want: net!
    return max(items, key=lambda i: i.n).fetch()


def better(a: Item, b: Item):  # want: net!
    return min(a, b, key=lambda i: i.n).fetch()


def by_answer(items: list[Item]):  # want: net!
    return max(items, key=lambda i: i.fetch().status_code)


def or_new(items: list[Item]):  # want: net!
    return min([], key=len, default=Item(1)).fetch()


def number(a, b):  # want:
    return max(a, b)
