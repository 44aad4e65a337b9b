import multiprocessing as mp
from multiprocessing import Pool, Process
import os
import queue
import threading
import time

def crunch(x):  # want: sleep!
    time.sleep(x)
    return x

def child(q):  # want: env
    q.put(os.getenv("X"))

def spawn():  # want: env subprocess sleep!
    q = mp.Queue()
    p = Process(target=child, args=(q,))
    p.start()
    p.join()
    return q.get()

def pool(xs):  # want: subprocess! sleep!
    with Pool(4) as p:
        return p.map(crunch, xs)

def unstarted():  # want:
    return Process(target=crunch, args=(1,))

class Worker(threading.Thread):
    def __init__(self, q: queue.Queue):  # want:
        threading.Thread.__init__(self)
        self.q = q
    def run(self):  # want: sleep! stdout
        while True:
            item = self.q.get()
            print(item)

class Manager:
    def __init__(self):  # want:
        self.q = queue.Queue()
        self.workers = [Worker(self.q) for _ in range(3)]
    def start(self):  # want: sleep thread stdout
        for w in self.workers:
            w.start()

lock = threading.Lock()
def locked():  # want:
    with lock:
        return 1
