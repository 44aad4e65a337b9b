"""The process that runs jobs: ``python -m roadworthy._worker FD MODE``.

In mode ``zygote`` it imports the user's modules once, then forks a worker for every FORK frame and tells how each one
ended. In mode ``worker`` it imports and runs jobs itself, for systems where forking is not safe. The other end of FD
is Roadworthy; end of file there means that everything here has to end.

A frame is a 4-byte big-endian length, one type byte, and JSON. Standard output is never part of the protocol, so user
code may print what it likes.
"""

import array
import asyncio
import contextlib
import faulthandler
import gc
import importlib
import importlib.util
import inspect
import io
import json
import os
import select
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from typing import Any, Dict, List, Optional, Tuple

from . import _context as C
from ._declare import Job

LIMIT = 1 << 20


class Channel:
    """Frames over a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = bytearray()
        self.fds: List[int] = []
        self.lock = threading.Lock()

    def send(self, kind: int, body: Any) -> None:
        payload = json.dumps(body, default=str).encode()
        if len(payload) > LIMIT:
            raise ValueError("a message of %d bytes is over the limit of %d" % (len(payload), LIMIT))
        with self.lock:
            self.sock.sendall(struct.pack(">IB", len(payload), kind) + payload)

    def _take(self) -> Optional[Tuple[int, Any]]:
        if len(self.buffer) < 5:
            return None
        size, kind = struct.unpack_from(">IB", self.buffer)
        if len(self.buffer) < 5 + size:
            return None
        payload = bytes(self.buffer[5 : 5 + size])
        del self.buffer[: 5 + size]
        return kind, json.loads(payload)

    def read(self, wait: bool = True, with_fds: bool = False) -> Optional[Tuple[int, Any]]:
        """The next frame; None when there is none yet (wait=False). Raises EOFError at the end."""
        while True:
            frame = self._take()
            if frame is not None:
                return frame
            if not wait and not select.select([self.sock], [], [], 0)[0]:
                return None
            if with_fds:
                data, control, _, _ = self.sock.recvmsg(65536, socket.CMSG_SPACE(16 * 4))
                for level, type_, raw in control:
                    if level == socket.SOL_SOCKET and type_ == socket.SCM_RIGHTS:
                        got = array.array("i")
                        got.frombytes(raw[: len(raw) - len(raw) % got.itemsize])
                        self.fds.extend(got)
            else:
                data = self.sock.recv(65536)
            if not data:
                raise EOFError
            self.buffer += data


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent ends in any way."""
    if sys.platform != "linux":
        return
    try:
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass


class Broken:
    """A job whose module could not be imported: every run of it fails with that traceback."""

    def __init__(self, error: str, trace: str) -> None:
        self.error = error
        self.trace = trace


def trimmed(err: BaseException) -> str:
    """The traceback without the frames of this file."""
    tb = err.__traceback__
    while tb is not None and tb.tb_frame.f_code.co_filename == __file__:
        tb = tb.tb_next
    return "".join(traceback.format_exception(type(err), err, tb))


def load(spec: Dict[str, Any]) -> Any:
    """The callable behind a declared job."""
    if spec.get("adapter"):
        importlib.import_module("roadworthy.adapters." + spec["adapter"]).install()
    if spec.get("file") and not spec.get("module"):
        name = "roadworthy_job_%s" % spec["name"].replace("-", "_")
        found = importlib.util.spec_from_file_location(name, spec["file"])
        assert found is not None and found.loader is not None
        module = importlib.util.module_from_spec(found)
        sys.modules[name] = module
        found.loader.exec_module(module)
    else:
        module = importlib.import_module(spec["module"])
    target: Any = module
    for part in spec["func"].split("."):
        target = getattr(target, part)
    if isinstance(target, Job):
        return target.function
    if spec.get("adapter"):
        return importlib.import_module("roadworthy.adapters." + spec["adapter"]).callable_for(target)
    return target


def load_all(setup: Dict[str, Any]) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    """Import every job. An import that fails breaks its own jobs only."""
    for path in reversed(setup.get("paths", [])):
        if path not in sys.path:
            sys.path.insert(0, path)
    jobs: Dict[str, Any] = {}
    report: Dict[str, Any] = {}
    for spec in setup["jobs"]:
        try:
            jobs[spec["name"]] = fn = load(spec)
            if not callable(fn):
                raise TypeError("%s is not callable" % spec["func"])
            report[spec["name"]] = {"async": inspect.iscoroutinefunction(fn)}
        except BaseException as err:  # noqa: B902 - a module may raise SystemExit at import
            if isinstance(err, KeyboardInterrupt):
                raise
            jobs[spec["name"]] = Broken("%s: %s" % (type(err).__name__, err), trimmed(err))
            report[spec["name"]] = {"error": jobs[spec["name"]].error}
    return jobs, report


def loaded_files(root: str) -> List[str]:
    out = []
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str) and path.startswith(root + os.sep) and "site-packages" not in path and (os.sep + ".roadworthy" + os.sep) not in path:
            out.append(path)
    return sorted(out)


def result_of(run_id: int, err: Optional[BaseException]) -> Dict[str, Any]:
    """How an attempt ended, in the words of the protocol."""
    if err is None:
        return {"r": run_id, "o": "ok"}
    out: Dict[str, Any] = {"r": run_id, "e": "%s: %s" % (type(err).__name__, err) if str(err) else type(err).__name__, "c": type(err).__name__}
    if isinstance(err, C.Snooze):
        return {"r": run_id, "o": "snooze", "s": err.seconds, "e": str(err)}
    out["o"] = "error"
    if isinstance(err, C.Retry):
        out["e"] = str(err) or "retry asked for"
        if err.after is not None:
            out["s"] = err.after
    elif isinstance(err, C.Dead):
        out["o"] = "dead"
    elif isinstance(err, (C.Cancelled, asyncio.CancelledError)):
        out["o"] = "cancelled"
    elif isinstance(err, C.TimeLimit):
        out["o"] = "timelimit"
    elif getattr(err, "__roadworthy_result__", None):
        out.update(err.__roadworthy_result__)  # type: ignore[attr-defined]
    trace = trimmed(err)
    out["t"] = trace if len(trace) < 60000 else trace[:30000] + "\n…\n" + trace[-30000:]
    return out


def call_arguments(args: Dict[str, Any]) -> Tuple[List[Any], Dict[str, Any]]:
    if "*" in args:
        args = dict(args)
        return list(args.pop("*")), args
    return [], args


class SyncWorker:
    """One job at a time, on the main thread, so a signal can interrupt it."""

    def __init__(self, channel: Channel, jobs: Dict[str, Any]) -> None:
        self.channel = channel
        self.jobs = jobs
        self.running: Optional[int] = None
        self.stop: Optional[str] = None  # why the run that is running was asked to stop
        self.draining = False
        self.pending: List[Any] = []

    def poll(self) -> bool:
        """Read what has arrived; true if this run is to stop. Called by the job, between its own steps."""
        while True:
            frame = self.channel.read(wait=False)
            if frame is None:
                return self.stop is not None
            self.handle(*frame)

    def handle(self, kind: int, body: Any) -> None:
        if kind == C.CANCEL and body["r"] == self.running:
            self.stop = body["why"]
        elif kind == C.DRAIN:
            self.draining = True
        elif kind == C.RUN:
            self.pending.append(body)

    def on_term(self, signum: int, frame: Any) -> None:
        if self.running is None:
            return
        try:
            self.poll()
        except (EOFError, OSError):
            os._exit(0)
        raise C.TimeLimit("the time limit is over") if self.stop == "time limit" else C.Cancelled(self.stop or "stopped")

    def serve(self) -> None:
        signal.signal(signal.SIGTERM, self.on_term)
        while True:
            if not self.pending:
                if self.draining:
                    return
                frame = self.channel.read()
                assert frame is not None
                self.handle(*frame)
                continue
            self.execute(self.pending.pop(0))

    def execute(self, run: Dict[str, Any]) -> None:
        fn = self.jobs.get(run["job"])
        if isinstance(fn, Broken) or fn is None:
            error = fn.error if fn else "no job is named %s in this version of the code" % run["job"]
            self.channel.send(C.RESULT, {"r": run["id"], "o": "error", "c": "import error", "e": error, "t": fn.trace if fn else ""})
            return
        self.stop = None
        self.running = run["id"]
        failure: Optional[BaseException] = None
        token = C._current.set(C.Context(run, self.channel.send, self.poll))
        try:
            args, kwargs = call_arguments(run["args"])
            fn(*args, **kwargs)
        except BaseException as err:  # noqa: B902 - whatever user code raises is the result
            failure = err
        finally:
            self.running = None
            C._current.reset(token)
        flush()
        self.channel.send(C.RESULT, result_of(run["id"], failure))


def flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


class Tagged(io.TextIOBase):
    """Standard output of a process that runs several jobs at once: what a job prints goes to its own attempt."""

    def __init__(self, channel: Channel, under: Any) -> None:
        self.channel = channel
        self.under = under

    def write(self, text: str) -> int:
        ctx = C._current.get()
        if ctx is None:
            self.under.write(text)
        else:
            for i in range(0, len(text), 100000):
                self.channel.send(C.LOG, {"r": ctx.id, "x": text[i : i + 100000]})
        return len(text)

    def flush(self) -> None:
        self.under.flush()

    def fileno(self) -> int:
        return int(self.under.fileno())

    def writable(self) -> bool:
        return True


class AsyncWorker:
    """Many coroutine jobs at a time, in one event loop."""

    def __init__(self, channel: Channel, jobs: Dict[str, Any]) -> None:
        self.channel = channel
        self.jobs = jobs
        self.tasks: Dict[int, "asyncio.Task[Any]"] = {}
        self.stops: Dict[int, str] = {}
        self.ended = asyncio.Event()
        self.draining = False

    async def serve(self) -> None:
        loop = asyncio.get_running_loop()
        sys.stdout = Tagged(self.channel, sys.stdout)
        sys.stderr = Tagged(self.channel, sys.stderr)
        loop.add_reader(self.channel.sock.fileno(), self.readable)
        self.readable()
        await self.ended.wait()

    def readable(self) -> None:
        try:
            while True:
                frame = self.channel.read(wait=False)
                if frame is None:
                    break
                kind, body = frame
                if kind == C.RUN:
                    self.tasks[body["id"]] = asyncio.ensure_future(self.execute(body))
                elif kind == C.CANCEL and body["r"] in self.tasks:
                    self.stops[body["r"]] = body["why"]
                    self.tasks[body["r"]].cancel()
                elif kind == C.DRAIN:
                    self.draining = True
        except (EOFError, OSError):
            os._exit(0)
        if self.draining and not self.tasks:
            self.ended.set()

    async def execute(self, run: Dict[str, Any]) -> None:
        fn = self.jobs.get(run["job"])
        failure: Optional[BaseException] = None
        C._current.set(C.Context(run, self.channel.send, lambda: run["id"] in self.stops))
        try:
            if isinstance(fn, Broken) or fn is None:
                raise C.Retry(fn.error if fn else "no job is named %s in this version of the code" % run["job"])
            args, kwargs = call_arguments(run["args"])
            await fn(*args, **kwargs)
        except BaseException as err:  # noqa: B902
            failure = err
        C._current.set(None)
        self.tasks.pop(run["id"], None)
        why = self.stops.pop(run["id"], None)
        if why == "time limit" and isinstance(failure, asyncio.CancelledError):
            failure = C.TimeLimit("the time limit is over")
        self.channel.send(C.RESULT, result_of(run["id"], failure))
        if self.draining and not self.tasks:
            self.ended.set()


def work(channel: Channel, jobs: Dict[str, Any], kind: str) -> None:
    """Run jobs until drained or cut off; the process ends here."""
    code = 0
    try:
        if kind == "async":
            asyncio.run(_serve_async(channel, jobs))
        else:
            SyncWorker(channel, jobs).serve()
    except (EOFError, OSError):
        code = 0
    except BaseException:  # noqa: B902 - said on the captured standard error
        traceback.print_exc()
        code = 70
    flush()
    os._exit(code)


async def _serve_async(channel: Channel, jobs: Dict[str, Any]) -> None:
    await AsyncWorker(channel, jobs).serve()


def become_worker(channel: Channel, jobs: Dict[str, Any], kind: str) -> None:
    with contextlib.suppress(OSError):
        os.setsid()  # a group of its own, so that what a job starts can be stopped with it
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    with contextlib.suppress(Exception):
        faulthandler.enable(file=2, all_threads=True)
    import logging

    if not logging.getLogger().handlers:
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    with contextlib.suppress(Exception):
        import random

        random.seed()  # forked siblings must not draw the same numbers
    work(channel, jobs, kind)


def zygote(channel: Channel) -> None:
    # Everything the workers use is imported before the fork, to be shared by all.
    frame = channel.read()
    assert frame is not None and frame[0] == C.HELLO
    setup = frame[1]
    jobs, report = load_all(setup)
    flush()
    channel.send(
        C.READY,
        {
            "jobs": report,
            "files": loaded_files(setup["root"]),
            "threads": [t.name for t in threading.enumerate() if t is not threading.main_thread()],
            "python": "%d.%d.%d" % sys.version_info[:3],
            "pid": os.getpid(),
        },
    )
    gc.collect()
    if hasattr(gc, "freeze"):
        gc.freeze()
    children: Dict[int, float] = {}
    wake_r, wake_w = os.pipe()
    os.set_blocking(wake_w, False)
    os.set_blocking(wake_r, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_w, warn_on_full_buffer=False)
    try:
        while True:
            watched: List[Any] = [channel.sock, wake_r]
            ready, _, _ = select.select(watched, [], [])
            if wake_r in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(wake_r, 4096)
                for pid in list(children):
                    done, status, usage = os.wait4(pid, os.WNOHANG)
                    if done:
                        del children[pid]
                        # What the job started and left behind goes with it.
                        with contextlib.suppress(OSError):
                            os.killpg(pid, signal.SIGKILL)
                        rss = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
                        channel.send(C.EXITED, {"pid": pid, "status": status, "rss": rss})
            if channel.sock not in ready:
                continue
            frame = channel.read(with_fds=True)
            while frame is not None:
                kind, body = frame
                if kind == C.DRAIN:
                    raise EOFError
                if kind == C.FORK:
                    fds, channel.fds = channel.fds[:3], channel.fds[3:]
                    flush()
                    pid = os.fork()
                    if pid == 0:
                        signal.set_wakeup_fd(-1)
                        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                        die_with_parent()
                        os.close(wake_r)
                        os.close(wake_w)
                        os.dup2(fds[1], 1)
                        os.dup2(fds[2], 2)
                        os.close(fds[1])
                        os.close(fds[2])
                        channel.sock.close()
                        for fd in channel.fds:
                            os.close(fd)
                        become_worker(Channel(socket.socket(fileno=fds[0])), jobs, body["kind"])
                    for fd in fds:
                        os.close(fd)
                    children[pid] = time.monotonic()
                    channel.send(C.FORKED, {"n": body["n"], "pid": pid})
                frame = channel.read(wait=False, with_fds=True)
    except (EOFError, OSError):
        for pid in children:
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
        os._exit(0)


def main() -> None:
    fd, mode = int(sys.argv[1]), sys.argv[2]
    sock = socket.socket(fileno=fd)
    os.set_inheritable(fd, False)
    with contextlib.suppress(OSError):
        # Away from the terminal's group: Ctrl-C there is for Roadworthy, which then drains its workers.
        os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.argv = [os.path.basename(sys.executable)]
    channel = Channel(sock)
    if mode == "zygote":
        zygote(channel)
        return
    frame = channel.read()
    assert frame is not None
    jobs, report = load_all(frame[1])
    channel.send(C.READY, {"jobs": report, "files": loaded_files(frame[1]["root"]), "threads": [], "python": "%d.%d.%d" % sys.version_info[:3], "pid": os.getpid()})
    die_with_parent()
    become_worker(channel, jobs, mode)


if __name__ == "__main__":
    main()
