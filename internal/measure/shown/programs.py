"""Programs that know where their time goes. Each runs phases of known categories in random order and length and writes, at the end, how
long every category took by its own clock: without the time in which the thread was ready but had no processor, which the kernel tells.

programs.py NAME SECONDS TRUTH-FILE
"""
import asyncio
import ctypes
import gc
import hashlib
import http.client
import importlib
import json
import os
import random
import socket
import sys
import tempfile
import threading
import time

CLOCK = time.perf_counter
CPU = time.thread_time
LOCAL = threading.local()
TRUTH = {}
FUNCTIONS = {}
MUTEX = threading.Lock()


HELD = ctypes.PyDLL(None)  # calls that keep the GIL: one that lets go of it waits to get it back, which no phase has asked for


def delayed():
    """How long this thread has been ready without a processor."""
    try:
        fd, text = LOCAL.sched
    except AttributeError:
        LOCAL.sched = fd, text = os.open("/proc/thread-self/schedstat", os.O_RDONLY), ctypes.create_string_buffer(100)
    n = HELD.pread(fd, text, 100, 0)
    return int(text.raw[:n].split()[1]) / 1e9


def phase(on_cpu, off_cpu, function, *args):
    """Runs a function; its processor time belongs to one category, the rest to another."""
    LOCAL.native = 0.0
    delayed()  # opens the file, the first time
    d, c, t = delayed(), CPU(), CLOCK()
    function(*args)
    t, c, d = CLOCK() - t, CPU() - c, delayed() - d
    c = min(c, t)
    rest = max(0.0, t - c - d)
    native = min(c, LOCAL.native)
    c -= native
    with MUTEX:
        if off_cpu is None:
            c, rest = c + rest, 0.0
        TRUTH[on_cpu] = TRUTH.get(on_cpu, 0.0) + c
        if native:
            TRUTH[N] = TRUTH.get(N, 0.0) + native
        if rest:
            TRUTH[off_cpu] = TRUTH.get(off_cpu, 0.0) + rest
        FUNCTIONS[function.__name__] = FUNCTIONS.get(function.__name__, 0.0) + t


def spin(seconds):
    end = CLOCK() + seconds
    n = 0
    while CLOCK() < end:
        for i in range(300):
            n += i * i % 7
    return n


def nap(seconds):
    time.sleep(seconds)


def square(n):
    return n * n % 7


def add(a, b):
    return a + square(b)


def calls(seconds):
    end = CLOCK() + seconds
    n = 0
    while CLOCK() < end:
        for i in range(100):
            n = add(n, i)


def descend(n):
    if n:
        return descend(n - 1)
    return n


def recurse(seconds):
    end = CLOCK() + seconds
    while CLOCK() < end:
        descend(60)


def numbers(n):
    for i in range(n):
        yield square(i)


def generate(seconds):
    end = CLOCK() + seconds
    while CLOCK() < end:
        for i in numbers(100):
            square(i)


class Point:
    def __init__(self, x):
        self.x = x

    @property
    def twice(self):
        return square(self.x)

    def __getitem__(self, i):
        return square(i)

    def __add__(self, other):
        return square(other)


def make(seconds):
    end = CLOCK() + seconds
    while CLOCK() < end:
        for i in range(50):
            p = Point(i)
            p.twice
            p[i]
            p + i
            sorted((3, 1, 2), key=square)


DATA = [{"id": i, "name": "n%d" % i, "values": list(range(20))} for i in range(400)]


def encode(seconds):
    end = CLOCK() + seconds
    while CLOCK() < end:
        json.dumps(DATA)


BLOB = random.Random(1).randbytes(1 << 19).hex().encode()


def digest(seconds):
    end = CLOCK() + seconds
    while CLOCK() < end:
        hashlib.sha256(BLOB)


CONNECTIONS = {}


def ask(port, seconds):
    s = CONNECTIONS.get(port)
    if s is None:
        s = CONNECTIONS[port] = socket.create_connection(("127.0.0.1", port))
    s.sendall(int(seconds * 1e6).to_bytes(8, "little"))
    s.recv(1)


def query(seconds):
    ask(int(os.environ["DATABASE"]), seconds)


def lookup(seconds):
    ask(int(os.environ["CACHE"]), seconds)


def fetch(seconds):
    c = http.client.HTTPConnection("127.0.0.1", int(os.environ["API"]))
    c.request("GET", "/?us=%d" % (seconds * 1e6))
    c.getresponse().read()
    c.close()


def system(function, *args):
    """Runs one system call and returns its processor time."""
    c = CPU()
    function(*args)
    return CPU() - c


PAGES = b"x" * (1 << 20)
STORED = []


def store(seconds):
    end = CLOCK() + seconds
    native = 0.0
    while CLOCK() < end:
        for function, args in ((os.pwrite, (STORED[0], PAGES, 0)), (os.fsync, (STORED[0],))):
            native += system(function, *args)
    # phase() gives all processor time to the interpreter; this much of it was native code.
    LOCAL.native = native


def load(seconds):
    end = CLOCK() + seconds
    while CLOCK() < end:
        for name in MODULES:
            sys.modules.pop(name, None)
            importlib.import_module(name)


MODULES = []


def modules():
    directory = tempfile.mkdtemp(dir=os.environ["SCRATCH"])
    sys.path.insert(0, directory)
    sys.dont_write_bytecode = True
    for i in range(5):
        with open(os.path.join(directory, "made%d.py" % i), "w") as f:
            for k in range(150):
                f.write("class C%d:\n    def m(self, a, b=%d):\n        return [a + i for i in range(b)]\n" % (k, k))
        MODULES.append("made%d" % i)


HEAP = []


def collect(seconds):
    end = CLOCK() + seconds
    while CLOCK() < end:
        gc.collect()


LOCK = threading.Lock()


def hold(seconds):
    with LOCK:
        time.sleep(seconds)


def enter():
    LOCK.acquire()
    LOCK.release()


async def awaiting(seconds):
    await asyncio.sleep(seconds)


def wait_in_loop(seconds):
    LOOP.run_until_complete(awaiting(seconds))


LOOP = None


def mixture(seconds, *kinds):
    """kinds: (weight, longest, on_cpu, off_cpu, function)"""
    rng = random.Random(7)
    end = CLOCK() + seconds
    while CLOCK() < end:
        _, longest, on_cpu, off_cpu, function = rng.choices(kinds, [k[0] for k in kinds])[0]
        phase(on_cpu, off_cpu, function, rng.uniform(longest / 3, longest))


I, S, N = "interpreter", "serialization", "native code"


def main():
    global LOOP
    name, seconds, truth = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    random.seed(3)
    open(truth + ".started", "w").close()
    gc.disable()  # a collection falls into any phase
    if name == "compute":
        mixture(seconds, (2, .03, I, None, spin), (1, .03, I, "sleep", nap))
    elif name == "calls":
        mixture(seconds, (2, .03, I, None, calls), (1, .03, I, "sleep", nap))
    elif name == "objects":
        mixture(seconds, (2, .03, I, None, make), (1, .03, I, "sleep", nap))
    elif name == "recursion":
        mixture(seconds, (2, .03, I, None, recurse), (1, .03, I, "sleep", nap))
    elif name == "generators":
        mixture(seconds, (2, .03, I, None, generate), (1, .03, I, "sleep", nap))
    elif name == "serialize":
        mixture(seconds, (1, .03, S, None, encode), (1, .03, I, None, spin))
    elif name == "native":
        mixture(seconds, (1, .06, N, None, digest), (1, .03, I, None, spin))
    elif name == "database":
        mixture(seconds, (3, .03, I, "database", query), (1, .03, I, None, spin))
    elif name == "cache":
        mixture(seconds, (1, .02, I, "cache", lookup), (1, .03, S, None, encode))
    elif name == "api":
        mixture(seconds, (1, .04, "external API", "external API", fetch), (1, .03, I, None, spin))
    elif name == "files":
        STORED.append(os.open(os.path.join(os.environ["SCRATCH"], "stored"), os.O_WRONLY | os.O_CREAT))
        mixture(seconds, (1, .04, I, "filesystem", store), (1, .03, I, None, spin))
    elif name == "imports":
        modules()
        mixture(seconds, (1, .06, "import", "import", load), (1, .03, I, "sleep", nap))
    elif name == "garbage":
        HEAP.append([[i] for i in range(200000)])
        gc.disable()
        mixture(seconds, (1, .06, "garbage collection", None, collect), (1, .03, I, None, spin))
    elif name == "locks":
        def other():
            mixture(seconds, (1, .03, I, "sleep", hold), (1, .02, I, "sleep", nap))
        t = threading.Thread(target=other)
        t.start()
        end = CLOCK() + seconds
        while CLOCK() < end:
            phase(I, "lock wait", enter)
            phase(I, "sleep", nap, .003)
        t.join()
    elif name == "gil":
        def other():
            mixture(seconds, (1, .05, I, "GIL wait", spin))
        t = threading.Thread(target=other)
        t.start()
        mixture(seconds, (1, .05, I, "GIL wait", spin))
        t.join()
    elif name == "async":
        LOOP = asyncio.new_event_loop()
        mixture(seconds, (1, .03, I, "idle", wait_in_loop), (1, .03, I, None, spin))
    else:
        raise SystemExit("unknown program " + name)
    with open(truth, "w") as f:
        json.dump({"categories": TRUTH, "functions": FUNCTIONS}, f)


main()
