from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed

import requests


def fetch(url):  # want: net!
    return requests.get(url).text


def submit(urls):  # want: net thread sleep!
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(fetch, u) for u in urls]
        return [f.result() for f in as_completed(futures)]


def mapped(urls):  # want: net thread
    with ThreadPoolExecutor() as pool:
        return list(pool.map(fetch, urls))


def processes(paths):  # want: fs.read subprocess
    with ProcessPoolExecutor() as pool:
        return list(pool.map(size, paths))


def size(path):  # want: fs.read!
    with open(path) as f:
        return len(f.read())


class Fetcher:
    def __init__(self):  # want:
        self.pool = ThreadPoolExecutor(2)

    def start(self, url):  # want: net thread
        return self.pool.submit(self._fetch, url)

    def _fetch(self, url):  # want: net!
        return fetch(url)
