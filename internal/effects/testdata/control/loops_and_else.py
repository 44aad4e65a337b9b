import time

import requests


def search(urls):  # want: net! stdout
    for url in urls:
        if requests.head(url).ok:
            break
    else:
        print("none")


def retry(url):  # want: net! sleep!
    n = 0
    while n < 3:
        try:
            return requests.get(url)
        except OSError:
            n += 1
            time.sleep(n)
    else:
        return None


def empty(rows):  # want:
    for _ in rows:
        continue
    return len(rows)
