import requests


class Api:
    def __init__(self, base):  # want:
        self.base = base
        self.session = requests.Session()

    def _call(self, method, path, **kwargs):  # want: net!
        kwargs.setdefault("timeout", 5)
        reply = self.session.request(method, self.base + path, **kwargs)
        reply.raise_for_status()
        return reply.json()

    def list(self):  # want: net!
        return self._call("GET", "/items")

    def create(self, item):  # want: net!
        return self._call("POST", "/items", json=item)

    def url(self, path):  # want:
        return self.base + path


class Paged(Api):
    def list(self):  # want: net!
        page, items = 1, []
        while found := self._call("GET", f"/items?page={page}"):
            items += found
            page += 1
        return items
