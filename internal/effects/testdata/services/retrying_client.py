import random
import time
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter


class RetryingClient:
    retries = 3

    def __init__(self, base):  # want:
        self.base = base
        self.session = requests.Session()
        self.session.mount("https://", HTTPAdapter(max_retries=2))

    def get(self, path, **params):  # want: net! sleep! random
        return self._send("get", path, params=params)

    def post(self, path, body):  # want: net! sleep! random
        return self._send("post", path, json=body)

    def _send(self, verb, path, **kwargs):  # want: net! sleep! random
        call = getattr(self.session, verb)
        for attempt in range(self.retries):
            reply = call(urljoin(self.base, path), timeout=5, **kwargs)
            if reply.status_code < 500:
                return reply.json()
            self._wait(attempt)
        raise RuntimeError(path)

    @staticmethod
    def _wait(attempt):  # want: sleep! random
        time.sleep(2**attempt + random.random())
