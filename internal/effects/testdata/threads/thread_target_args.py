import threading
import time

import requests


def ping(url):  # want: net!
    requests.get(url, timeout=3)


def start(urls):  # want: thread net sleep!
    threads = [threading.Thread(target=ping, args=(u,)) for u in urls]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def made(url):  # want:
    return threading.Thread(target=ping, args=(url,))


def later(url):  # want: thread net
    timer = threading.Timer(5.0, ping, [url])
    timer.start()


def chained(url):  # want: thread net
    threading.Thread(target=lambda: ping(url), daemon=True).start()


def waits():  # want: sleep!
    time.sleep(1)
