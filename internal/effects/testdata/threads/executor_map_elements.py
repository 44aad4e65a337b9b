"""A pool's map hands each element on."""
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pool


class Page:
    def __init__(self, url):
        self.url = url

    def fetch(self):  # want: net!
        import requests

        return requests.get(self.url, timeout=3).text


def visit(page):  # want: net!
    return page.fetch()


def size(page):  # want:
    return len(page.url)


def all_of(urls):  # want: thread net
    with ThreadPoolExecutor() as pool:
        return list(pool.map(visit, [Page(u) for u in urls]))


def sizes(urls):  # want: sleep! subprocess!
    with Pool() as pool:
        return pool.map(size, [Page(u) for u in urls])
