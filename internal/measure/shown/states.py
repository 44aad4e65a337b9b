"""One thread for each kind of waiting, each doing nothing else; the thread's number and its kind are printed first."""
import hashlib
import os
import socket
import struct
import subprocess
import sys
import threading
import time

CHILD = "import time; time.sleep(1000)"


def announce(kind):
    os.write(1, b"%d %s\n" % (threading.get_native_id(), kind.encode()))  # in one piece: threads speak at the same time


def spin():
    announce("running")
    n = 0
    while True:
        for i in range(1000):
            n += i


def native():
    blob = os.urandom(1 << 23)
    announce("native")
    while True:
        hashlib.sha256(blob)


def sleep():
    announce("sleep")
    time.sleep(1000)


def lock():
    announce("lock wait")
    gate = threading.Lock()
    gate.acquire()
    gate.acquire()


def event():
    announce("lock wait")
    threading.Event().wait()


def child():
    announce("process wait")
    subprocess.run([sys.executable, "-c", CHILD])


def postgres():
    """The start-up message and a simple query of the PostgreSQL protocol, version 3."""
    host, port, user = os.environ["PG"].split()
    s = socket.create_connection((host, int(port)))
    body = struct.pack(">i", 196608) + b"user\0" + user.encode() + b"\0database\0postgres\0\0"
    s.sendall(struct.pack(">i", len(body) + 4) + body)
    buffer = b""

    def message():
        nonlocal buffer
        while True:
            if len(buffer) >= 5:
                size = struct.unpack(">i", buffer[1:5])[0]
                if len(buffer) > size:
                    kind, rest = buffer[:1], buffer[size + 1:]
                    text = buffer[5:size + 1]
                    buffer = rest
                    return kind, text
            buffer += s.recv(65536)

    while True:
        kind, text = message()
        if kind == b"E":
            raise SystemExit("postgres: %r" % text)
        if kind == b"Z":
            break
    announce("database")
    query = b"select pg_sleep(0.5)\0"
    while True:
        s.sendall(b"Q" + struct.pack(">i", len(query) + 4) + query)
        while message()[0] != b"Z":
            pass


def http():
    import http.client
    announce("external API")
    while True:
        c = http.client.HTTPConnection("127.0.0.1", int(os.environ["API"]))
        c.request("GET", "/?us=500000")
        c.getresponse().read()
        c.close()


def accept():
    announce("idle")
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen()
    s.accept()


def poll():
    """A driver that waits for its answer with poll and a timeout."""
    import select
    s = socket.create_connection(("127.0.0.1", int(os.environ["DATABASE"])))
    announce("database")
    p = select.poll()
    p.register(s, select.POLLIN)
    while True:
        s.sendall((500000).to_bytes(8, "little"))
        p.poll(10000)
        s.recv(1)


def pipe():
    announce("process wait")
    r, w = os.pipe()
    os.read(r, 1)


def flock():
    """Waits for a file lock that another descriptor holds."""
    import fcntl
    path = os.path.join(os.environ["SCRATCH"], "lock")
    first, second = open(path, "w"), open(path, "w")
    fcntl.flock(first, fcntl.LOCK_EX)
    announce("filesystem")
    fcntl.flock(second, fcntl.LOCK_EX)


KINDS = {f.__name__: f for f in (spin, native, sleep, lock, event, child, postgres, http, accept, poll, pipe, flock)}
for name in sys.argv[1].split(","):
    threading.Thread(target=KINDS[name], daemon=True).start()
announce("main")
time.sleep(float(sys.argv[2]))
os._exit(0)
