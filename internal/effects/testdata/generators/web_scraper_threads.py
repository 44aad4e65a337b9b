import concurrent.futures as cf
import queue
import random
import threading
import time
from urllib.request import urlopen
from bs4 import BeautifulSoup

class RateLimit:
    def __init__(self, per_second):  # want:
        self.gap = 1 / per_second
        self.lock = threading.Lock()
        self.last = 0.0
    def __enter__(self):  # want: sleep! clock
        with self.lock:
            wait = self.last + self.gap - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self.last = time.monotonic()
        return self
    def __exit__(self, *exc):  # want:
        return None

limit = RateLimit(2)

def fetch(url):  # want: net! sleep!~ clock~
    with limit:
        with urlopen(url, timeout=10) as r:
            return r.read()

def titles(urls):  # want: net sleep! thread clock~
    with cf.ThreadPoolExecutor(max_workers=4) as pool:
        futures = {pool.submit(fetch, u): u for u in urls}
        for f in cf.as_completed(futures):
            yield futures[f], BeautifulSoup(f.result(), "html.parser").title

def sample(urls, k=3):  # want: net sleep! thread clock~ random
    return list(titles(random.sample(urls, k)))

def lazily(urls):  # want:
    return titles(urls)
