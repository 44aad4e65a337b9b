"""Applications with one fault each, and the same with the fault mended.

bounds.py NAME slow|fixed
"""
import gc
import http.client
import json
import multiprocessing
import os
import socket
import sys
import tempfile
import threading
import time
import zlib


def compute(n=30000):
    s = 0
    for i in range(n):
        s += i * i % 7
    return s


SOCKETS = {}


def ask(variable, microseconds):
    if variable not in SOCKETS:
        SOCKETS[variable] = socket.create_connection(("127.0.0.1", int(os.environ[variable])))
    SOCKETS[variable].sendall(microseconds.to_bytes(8, "little"))
    SOCKETS[variable].recv(1)


def database(slow):
    """One query for every row, or one for all."""
    for _ in range(15):
        for _ in range(10 if slow else 1):
            ask("DATABASE", 3000)
        compute(60000)


def cache(slow):
    """Every value from the cache server, or from the process."""
    for _ in range(150):
        if slow:
            ask("CACHE", 2000)
        compute(8000)


def api(slow):
    """The same answer fetched again and again, or once."""
    for i in range(40):
        if slow or i == 0:
            c = http.client.HTTPConnection("127.0.0.1", int(os.environ["API"]))
            c.request("GET", "/?us=8000")
            c.getresponse().read()
            c.close()
        compute()


DATA = [{"id": i, "values": list(range(20))} for i in range(1500)]


def serialization(slow):
    """A document encoded for every reader, or once."""
    for i in range(25):
        if slow or i == 0:
            json.dumps(DATA)
        compute(60000)


def polling(slow):
    """Waiting for a clock instead of for the event."""
    for _ in range(30):
        done = threading.Event()
        threading.Thread(target=done.set).start()
        if slow:
            while not done.is_set() or compute(10) is None:
                time.sleep(0.01)
            time.sleep(0.01)
        else:
            done.wait()
        compute()


LOCK = threading.Lock()


def locking(slow):
    """A lock held by a thread that waits for something else meanwhile."""
    stop = threading.Event()

    def other():
        while not stop.is_set():
            if slow:
                with LOCK:
                    time.sleep(0.01)
            else:
                time.sleep(0.01)
            time.sleep(0.002)

    t = threading.Thread(target=other)
    t.start()
    for _ in range(40):
        with LOCK:
            pass
        compute()
    stop.set()
    t.join()


def files(slow):
    """Every record forced to the disk, or all at the end."""
    with tempfile.NamedTemporaryFile(dir=os.environ["SCRATCH"]) as f:
        for i in range(60):
            f.write(b"x" * 100)
            if slow or i == 59:
                f.flush()
                os.fsync(f.fileno())
            compute(20000)


BLOB = bytes(range(256)) * 4096


def native(slow):
    """The best compression, or the fastest."""
    for _ in range(12):
        zlib.compress(BLOB, 9 if slow else 1)
        compute(60000)


def garbage(slow):
    """A collection after every request, or none."""
    heap = [[i] for i in range(150000)]
    gc.disable()
    for _ in range(40):
        if slow:
            gc.collect()
        compute()
    del heap


def imports(slow):
    """Modules that only one command needs, imported by all."""
    if slow:
        directory = tempfile.mkdtemp(dir=os.environ["SCRATCH"])
        sys.path.insert(0, directory)
        sys.dont_write_bytecode = True
        for i in range(12):
            with open(os.path.join(directory, "made%d.py" % i), "w") as f:
                for k in range(200):
                    f.write("class C%d:\n    def m(self, a, b=%d):\n        return [a + i for i in range(b)]\n" % (k, k))
        for i in range(12):
            __import__("made%d" % i)
    compute(2000000)


def loops(slow):
    """A sum in a loop, or by its formula."""
    for _ in range(20):
        if slow:
            compute(120000)
        zlib.compress(BLOB, 3)


def half():
    compute(4000000)


def threads(slow):
    """Two threads that compute, or two processes."""
    kind = threading.Thread if slow else multiprocessing.get_context("fork").Process
    both = [kind(target=half) for _ in range(2)]
    for t in both:
        t.start()
    for t in both:
        t.join()


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2] == "slow")
