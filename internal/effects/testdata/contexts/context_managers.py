import contextlib
import logging
import os
import shutil
import tempfile
import time

log = logging.getLogger("cm")

class Timer:
    def __enter__(self):  # want: clock
        self.t = time.monotonic()
        return self
    def __exit__(self, *exc):  # want: log clock
        log.info("%s", time.monotonic() - self.t)

@contextlib.contextmanager
def workdir():  # want: fs.write!
    path = tempfile.mkdtemp()
    try:
        yield path
    finally:
        shutil.rmtree(path)

@contextlib.asynccontextmanager
async def session():  # want: stdout
    print("open")
    yield 1
    print("close")

class Conn:
    async def __aenter__(self):  # want: log
        log.debug("in")
        return self
    async def __aexit__(self, *a):  # want: log
        log.debug("out")

def timed():  # want: log~ clock~
    with Timer():
        return 1

def scratch():  # want: fs.write!
    with workdir() as d:
        return os.path.join(d, "x")

def unused():  # want:
    workdir()

async def uses():  # want: log~ stdout
    async with session() as s, Conn():
        return s

def stacked():  # want: fs.write!~ stdout
    with contextlib.ExitStack() as stack:
        d = stack.enter_context(workdir())
        stack.callback(print, "bye")
        return d

def quiet():  # want: fs.write!
    with contextlib.suppress(FileNotFoundError):
        os.remove("x")
