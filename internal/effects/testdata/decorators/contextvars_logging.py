import contextlib
import contextvars
import logging
import logging.handlers
import sys
import time
import uuid

request_id = contextvars.ContextVar("request_id", default=None)

class Formatter(logging.Formatter):
    def format(self, record):  # want:
        record.request_id = request_id.get()
        return super().format(record)

def setup(path=None):  # want: fs.write! state
    handler = logging.handlers.RotatingFileHandler(path) if path else logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter())
    logging.getLogger().addHandler(handler)

@contextlib.contextmanager
def request():  # want: log clock random
    token = request_id.set(uuid.uuid4().hex)
    start = time.perf_counter()
    try:
        yield
    finally:
        logging.getLogger("access").info("%.3f", time.perf_counter() - start)
        request_id.reset(token)

def handle(fn):  # want: log stdout clock random
    with request():
        return fn()

def page():  # want: log stdout clock random
    return handle(lambda: print("page"))

def silent():  # want: log clock random
    return handle(lambda: 1)

@request()
def decorated():  # want:
    return 1

def call_decorated():  # want: log~ clock~ random~
    return decorated()
