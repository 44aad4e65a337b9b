import aiohttp
import httpx
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

class Api:
    def __init__(self, base):  # want:
        self.base = base
        self.s = requests.Session()
        self.s.mount("https://", HTTPAdapter(max_retries=Retry(3)))

    def _call(self, method, path, **kw):  # want: net!
        return self.s.request(method, self.base + path, **kw)

    def get(self, path):  # want: net!
        return self._call("GET", path, timeout=3).json()

    @classmethod
    def default(cls):  # want:
        return cls("https://x")

def whoami():  # want: net!
    return Api.default().get("/me")

def stream(url):  # want: net!
    with httpx.stream("GET", url) as r:
        for line in r.iter_lines():
            yield line

def client():  # want: net!
    with httpx.Client(base_url="x") as c:
        return c.post("/a").status_code

class Async:
    def __init__(self):  # want:
        self._session: aiohttp.ClientSession | None = None

    async def session(self):  # want:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def get(self, url):  # want: net
        s = await self.session()
        async with s.get(url) as r:
            return await r.json()

async def outside(url):  # want: net
    a = Async()
    return await a.get(url)

def session_only():  # want:
    return requests.Session()
