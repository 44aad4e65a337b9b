import threading
import time
import requests
from concurrent.futures import ThreadPoolExecutor, ProcessPoolExecutor

def poll(url):  # want: net! sleep!
    while True:
        requests.get(url, timeout=5)
        time.sleep(10)

def start(url):  # want: net sleep thread
    t = threading.Thread(target=poll, args=(url,), daemon=True)
    t.start()
    return t

def built(url):  # want:
    return threading.Thread(target=poll, args=(url,))

class Poller(threading.Thread):
    def __init__(self, url):  # want:
        super().__init__(daemon=True)
        self.url = url

    def run(self):  # want: net! sleep!
        poll(self.url)

def begin(url):  # want: net sleep thread
    p = Poller(url)
    p.start()

def not_begun(url):  # want:
    return Poller(url)

def pooled(urls):  # want: net sleep thread
    with ThreadPoolExecutor(4) as ex:
        return list(ex.map(poll, urls))

def submitted(url):  # want: net subprocess sleep!
    ex = ProcessPoolExecutor()
    f = ex.submit(poll, url)
    return f.result()

def later(url):  # want: net sleep thread
    threading.Timer(3.0, poll, [url]).start()
