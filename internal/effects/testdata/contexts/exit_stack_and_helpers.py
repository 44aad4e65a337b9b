import contextlib
import os
import socket
import tempfile


def many(paths):  # want: fs.read!
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(open(p)) for p in paths]
        return [f.read() for f in files]


def quiet(path):  # want: fs.write!
    with contextlib.suppress(FileNotFoundError):
        os.remove(path)


def closing(host):  # want: net!
    with contextlib.closing(socket.create_connection((host, 80))) as conn:
        conn.sendall(b"x")


def null(f=None):  # want:
    with contextlib.nullcontext(f) as x:
        return x


def temporary():  # want: fs.write!
    with tempfile.TemporaryDirectory() as folder:
        return folder


def stacked(path):  # want: fs.write!
    with contextlib.ExitStack() as stack:
        stack.callback(os.remove, path)
