import multiprocessing
import os
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor


class Progress(threading.Thread):
    def __init__(self, total):  # want:
        super().__init__(daemon=True)
        self.done = 0
        self.total = total

    def run(self):  # want: sleep! stdout
        while self.done < self.total:
            print(self.done)
            time.sleep(1)


def shrink(path):  # want: fs.read! fs.write!
    with open(path, "rb") as f:
        data = f.read()
    with open(path + ".small", "wb") as f:
        f.write(data[::2])
    return os.path.getsize(path)


def run(paths):  # want: thread sleep fs.read fs.write stdout
    progress = Progress(len(paths))
    progress.start()
    with ThreadPoolExecutor() as pool:
        return sum(pool.map(shrink, paths))


def count():  # want:
    return multiprocessing.cpu_count()


def results(q: queue.Queue):  # want: sleep!
    return q.get(timeout=3)
