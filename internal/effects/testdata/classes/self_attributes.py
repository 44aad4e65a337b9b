import requests


class Client:
    def __init__(self, token, session=None):  # want:
        self.token = token
        self.session = session or requests.Session()
        self.get = self.session.get

    def user(self, name):  # want: net!
        return self.session.get(f"/users/{name}", headers=self._headers()).json()

    def repos(self, name):  # want: net!
        return self.get(f"/users/{name}/repos").json()

    def _headers(self):  # want:
        return {"Authorization": f"Bearer {self.token}"}


class Cached:
    def __init__(self, client: Client):  # want:
        self.client = client
        self.seen = {}

    def user(self, name):  # want: net!
        if name not in self.seen:
            self.seen[name] = self.client.user(name)
        return self.seen[name]
