import requests


class Pages:
    def __init__(self, url):  # want:
        self.url = url

    def __iter__(self):  # want:
        return self

    def __next__(self):  # want: net!
        reply = requests.get(self.url).json()
        if not reply["next"]:
            raise StopIteration
        self.url = reply["next"]
        return reply["items"]


class Lazy:
    def __iter__(self):  # want: net!
        yield requests.get("https://example.com").text


def items(url):  # want: net!
    return [item for page in Pages(url) for item in page]


def lazy():  # want: net!
    for text in Lazy():
        return text


def made(url):  # want:
    return Pages(url)


def unpack():  # want: net!
    first, *rest = Lazy()
    return first
