"""What a run is given: clock, seeds, network, and the places it may write.

Everything here is set up before the first line of the notebook or package runs, and says what it could not do (`Control.confinement`).
Standard library only, Python 3.9 and later.
"""

import builtins
import ctypes
import datetime
import errno
import functools
import gc
import importlib.abc
import os
import random
import socket
import struct
import sys
import threading
import time
import uuid

MAX_EVENTS = 2000  # in one statement; a loop over a million files says nothing more


class Refused(PermissionError):
    """A write outside the work folder."""


class TimeLimit(BaseException):
    """The cell's time is up. Not an Exception, so that `except Exception: pass` does not swallow it."""


class Unanswered(BaseException):
    """input() was called and no answer is left."""


class AfterImport(importlib.abc.MetaPathFinder):
    """Calls back when a module has been executed, before the importing code goes on."""

    def __init__(self, callbacks, wanted=None):
        self.callbacks = callbacks
        self.wanted = wanted or (lambda name: False)
        self.compile = None  # takes the place of source_to_code in wanted modules

    def find_spec(self, name, path=None, target=None):
        callback = self.callbacks.get(name)
        if callback is None and not self.wanted(name):
            return None
        spec = None
        for finder in sys.meta_path:
            if finder is not self and hasattr(finder, "find_spec"):
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    break
        if spec is None or spec.loader is None or not hasattr(spec.loader, "exec_module"):
            return None
        call = callback if callback is not None else self.callbacks[""]
        execute = spec.loader.exec_module
        if callback is None and self.compile is not None:
            spec.loader.source_to_code = self.compile

        def exec_module(module):
            execute(module)
            call(module)

        try:
            spec.loader.exec_module = exec_module
        except AttributeError:  # a built-in loader without a place for it
            return None
        return spec


class Control:
    """The conditions of one run, set up by `Control(request)`; `resources` collects what a statement touched."""

    def __init__(self, request):
        self.root = os.path.realpath(request["root"])
        self.start = os.path.realpath(request["start"])
        self.writable = [os.path.realpath(p) for p in request["writable"]]
        self.network = request["network"]
        self.seed = request["seed"]
        self.date = request["date"]
        self.answers = list(request["answers"] or [])
        self.events = []
        self.resources = set()
        self.refused = ""
        self.off = threading.local()
        self.confinement = {
            "network": request["confinement"]["network"],
            "processes": request["confinement"]["processes"],
            "writes": "audit hook",
            "clock": "frozen",
        }
        self.own = request.get("own", "__main__")  # the module, or package, whose code is the user's
        self.after = {}
        self.finder = AfterImport(self.after)
        sys.meta_path.insert(0, self.finder)

    def begin(self):
        """Everything but what the harness itself still has to read and write."""
        self.freeze(self.date)
        self.seeds()
        self.ask()
        if self.network == "loopback":
            raise_loopback()
        elif self.network == "off":
            self.confinement["network"] = self.confinement["network"] or "audit hook"
        if landlock(self.writable):
            self.confinement["writes"] = "Landlock"
        for name, call in list(self.after.items()):  # in a process that has loaded them before
            if name in sys.modules:
                call(sys.modules[name])
        sys.addaudithook(self.audit)

    # What the hook must not see: the harness's own files.
    def quietly(self, call, *args):
        self.off.on = True
        try:
            return call(*args)
        finally:
            self.off.on = False

    def event(self, kind, detail, refused=False):
        if len(self.events) < MAX_EVENTS:
            e = {"kind": kind, "detail": detail}
            if refused:
                e["refused"] = True
            if not self.events or self.events[-1] != e:
                self.events.append(e)

    def relative(self, path):
        """The path as the trace writes it, or None outside the copy."""
        real = os.path.realpath(path)
        if real == self.root or real.startswith(self.root + os.sep):
            return os.path.relpath(real, self.start).replace(os.sep, "/")
        return None

    def may_write(self, path):
        real = os.path.realpath(path)
        if real in ("/dev/null", "/dev/tty", "/dev/stdout", "/dev/stderr") or real.startswith(("/dev/shm/", "/dev/pts/", "/proc/self/")):
            return True
        return any(real == w or real.startswith(w + os.sep) for w in self.writable)

    # ---- audit -----------------------------------------------------------

    def audit(self, event, args):
        if getattr(self.off, "on", False):
            return
        watch = WATCHED.get(event)
        if watch is None:
            return
        self.off.on = True
        try:
            watch(self, args)
        finally:
            self.off.on = False

    def wrote(self, kind, path):
        try:
            path = os.fsdecode(path)
        except TypeError:  # an open descriptor
            return
        inside = self.relative(path)
        if not self.may_write(path):
            self.refused = "write " + path
            self.event(kind, path, refused=True)
            raise Refused(errno.EACCES, "writing outside the work folder is refused in this run", path)
        if inside is not None:
            self.event(kind, inside)

    def on_open(self, args):
        path, mode, flags = args
        if not isinstance(path, (str, bytes)):
            return
        writing = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)) if isinstance(flags, int) else False
        if isinstance(mode, str) and any(c in mode for c in "wax+"):
            writing = True
        if writing:
            self.wrote("write", path)
            return
        inside = self.relative(os.fsdecode(path))
        if inside is not None and not inside.endswith((".pyc", "/.")):
            self.event("read", inside)

    def on_connect(self, args):
        address = args[1]
        if not isinstance(address, tuple):
            return  # a socket file
        host = str(address[0])
        where = "%s:%s" % (host, address[1] if len(address) > 1 else "")
        if is_local(host):
            return
        self.resources.add("NET")
        if self.network == "on":
            self.event("connect", where)
            return
        self.refused = "network " + where
        self.event("connect", where, refused=True)
        raise OSError(errno.ENETUNREACH, "the network is off in this run (%s)" % where)

    def on_resolve(self, args):
        host, port = args[0], args[1]
        host = os.fsdecode(host) if isinstance(host, (str, bytes)) else ""
        if not host or is_local(host):
            return
        self.resources.add("NET")
        if self.network == "on":
            self.event("resolve", host)
            return
        where = "%s:%s" % (host, port)
        self.refused = "network " + where
        self.event("resolve", where, refused=True)
        raise socket.gaierror(socket.EAI_AGAIN, "the network is off in this run (%s)" % where)

    def on_process(self, args):
        command = args[0]
        if len(args) > 1 and isinstance(args[1], (list, tuple)) and args[1]:
            command = " ".join(os.fsdecode(a) if isinstance(a, (str, bytes)) else str(a) for a in args[1])
        self.event("subprocess", os.fsdecode(command) if isinstance(command, (str, bytes)) else str(command))

    def on_listing(self, args):
        path = args[0]
        if isinstance(path, int):
            return
        inside = self.relative(os.fsdecode(path) if path is not None else os.getcwd())
        if inside is not None:
            self.event("list", inside)

    def on_chdir(self, args):
        self.resources.add("CWD")
        if isinstance(args[0], (str, bytes)):
            inside = self.relative(os.fsdecode(args[0]))
            self.event("chdir", inside if inside is not None else os.fsdecode(args[0]))

    def on_database(self, args):
        path = os.fsdecode(args[0]) if isinstance(args[0], (str, bytes)) else str(args[0])
        if path == ":memory:" or not path:
            return
        if path.startswith("file:"):
            path = path[5:].split("?")[0]
        self.wrote("database", path)

    def on_import(self, args):
        name = args[0]
        if "." not in name:
            self.event("import", name)

    def on_environment(self, args):
        self.resources.add("ENV")

    # ---- clock -----------------------------------------------------------

    def freeze(self, date):
        """The clock stands still, but for sleep() and for loops that wait for it; perf_counter and monotonic run on."""
        utc = datetime.timezone.utc
        base = datetime.datetime.fromisoformat(date).replace(tzinfo=utc).timestamp()
        state = {"now": base, "calls": 0}
        here = threading.main_thread()
        real_sleep, real_local, real_gm, real_strftime, real_ctime = time.sleep, time.localtime, time.gmtime, time.strftime, time.ctime
        counter, process = time.perf_counter, time.process_time

        def is_own(depth=2):
            name = sys._getframe(depth).f_globals.get("__name__", "")
            return name == self.own or name.startswith(self.own + ".")

        def now():
            self.resources.add("CLOCK")
            state["calls"] += 1
            if state["calls"] > 20000:  # somebody waits for it
                state["now"] += 0.001
            return state["now"]

        def clock():
            if is_own():
                # Two readings in a row must differ: `n / (end - start)` is common.
                state["now"] += 1e-6
            return now()

        def sleep(seconds):
            if threading.current_thread() is here:
                if seconds < 0:
                    raise ValueError("sleep length must be non-negative")
                self.resources.add("CLOCK")
                state["now"] += seconds
            else:
                real_sleep(seconds)

        def noting(function):
            def timer():
                self.resources.add("TIMER")
                return function()

            timer.__name__ = function.__name__
            return timer

        time.time = clock
        time.time_ns = lambda: int(round(now() * 1e9))
        time.sleep = sleep
        time.localtime = lambda seconds=None: real_local(now() if seconds is None else seconds)
        time.gmtime = lambda seconds=None: real_gm(now() if seconds is None else seconds)
        time.strftime = lambda format, t=None: real_strftime(format, real_local(now()) if t is None else t)
        time.ctime = lambda seconds=None: real_ctime(now() if seconds is None else seconds)
        time.asctime = (lambda real_asctime: lambda t=None: real_asctime(real_local(now()) if t is None else t))(time.asctime)
        time.perf_counter, time.process_time = noting(counter), noting(process)
        time.perf_counter_ns = noting(time.perf_counter_ns)

        def current(cls, tz=None):
            moment = datetime.datetime.fromtimestamp(now(), utc)
            moment = moment.astimezone(tz) if tz is not None else moment.replace(tzinfo=None)
            return moment if cls is datetime.datetime else cls.combine(moment.date(), moment.timetz())

        def today(cls):
            moment = datetime.datetime.fromtimestamp(now(), utc)
            if issubclass(cls, datetime.datetime):
                return current(cls)
            return cls(moment.year, moment.month, moment.day)

        # The classes stay the very same objects, so that types, pickles and C code agree; only these entries change.
        try:
            patch_type(datetime.datetime, now=classmethod(current), utcnow=classmethod(lambda cls: current(cls)), today=classmethod(today))
            patch_type(datetime.date, today=classmethod(today))
            if datetime.date.today().isoformat() != date[:10]:
                raise RuntimeError("datetime.date.today() still tells the time")
        except Exception as error:
            self.confinement["clock"] = "not frozen for datetime: %s" % error

    # ---- randomness ------------------------------------------------------

    def seeds(self):
        seed = self.seed
        random.seed(seed)
        own = random.Random("uuid %d" % seed)

        def uuid4():
            self.resources.add("RNG:uuid")
            return uuid.UUID(int=own.getrandbits(128), version=4)

        uuid.uuid4 = uuid4

        def numpy_random(module):
            module.seed(seed % 2**32)
            count = [0]

            def numbered():
                self.resources.add("RNG:numpy")
                count[0] += 1
                return [seed % 2**32, count[0]]

            real_rng = module.default_rng

            def default_rng(seed=None):
                return real_rng(numbered() if seed is None else seed)

            default_rng.__doc__ = real_rng.__doc__
            module.default_rng = default_rng
            # An unseeded RandomState() or Generator made otherwise stays as it is: grading finds what depends on it.

        self.after["numpy.random"] = numpy_random

        def numpy_itself(module):
            """Memory that nobody has written yet holds anything; here it holds zeros, and two runs agree."""

            def zeroed(real):
                @functools.wraps(real)
                def make(*args, **kwargs):
                    made = real(*args, **kwargs)
                    name = sys._getframe(1).f_globals.get("__name__", "")
                    if (name == self.own or name.startswith(self.own + ".")) and made.dtype.kind in "iufcbmM":
                        made[...] = module.zeros((), made.dtype)
                    return made

                return make

            module.empty, module.empty_like = zeroed(module.empty), zeroed(module.empty_like)

        self.after["numpy"] = numpy_itself

        def torch(module):
            module.manual_seed(seed)

        self.after["torch"] = torch

        def tensorflow(module):
            if hasattr(module, "random") and hasattr(module.random, "set_seed"):
                module.random.set_seed(seed)

        self.after["tensorflow"] = tensorflow

    def generators(self):
        """A mark for the state of every shared generator, to see whether a statement drew from it."""
        marks = {"RNG:random": hash(random.getstate())}
        numpy = sys.modules.get("numpy.random")
        if numpy is not None and hasattr(numpy, "get_state"):
            try:
                state = numpy.get_state()
                marks["RNG:numpy"] = (hash(state[1].tobytes()), state[2], state[3])
            except Exception:  # another bit generator was put there
                pass
        return marks

    # ---- questions -------------------------------------------------------

    def ask(self):
        def answer(prompt=""):
            self.event("input", str(prompt))
            if not self.answers:
                raise Unanswered(str(prompt))
            if prompt:
                sys.stdout.write(str(prompt) + "\n")
            return self.answers.pop(0)

        builtins.input = answer
        import getpass

        getpass.getpass = lambda prompt="Password: ", stream=None, **more: answer(prompt)


WATCHED = {
    "open": Control.on_open,
    "socket.connect": Control.on_connect,
    "socket.sendto": Control.on_connect,
    "socket.getaddrinfo": Control.on_resolve,
    "socket.gethostbyname": lambda self, args: self.on_resolve((args[0], "")),
    "subprocess.Popen": Control.on_process,
    "os.system": Control.on_process,
    "os.exec": Control.on_process,
    "os.posix_spawn": Control.on_process,
    "os.spawn": lambda self, args: self.on_process(args[1:]),
    "os.listdir": Control.on_listing,
    "os.scandir": Control.on_listing,
    "os.chdir": Control.on_chdir,
    "os.remove": lambda self, args: self.wrote("remove", args[0]),
    "os.rmdir": lambda self, args: self.wrote("remove", args[0]),
    "os.mkdir": lambda self, args: self.wrote("mkdir", args[0]),
    "os.truncate": lambda self, args: self.wrote("write", args[0]),
    "os.rename": lambda self, args: (self.wrote("rename", args[0]), self.wrote("rename", args[1])),
    "os.link": lambda self, args: self.wrote("write", args[1]),
    "os.symlink": lambda self, args: self.wrote("write", args[1]),
    "os.chmod": lambda self, args: self.wrote("write", args[0]),
    "os.chown": lambda self, args: self.wrote("write", args[0]),
    "os.putenv": Control.on_environment,
    "os.unsetenv": Control.on_environment,
    "sqlite3.connect": Control.on_database,
    "import": Control.on_import,
}


def is_local(host):
    return host in ("localhost", "::1", "0.0.0.0", "::") or host.startswith("127.")


def patch_type(cls, **entries):
    """Replaces entries in the dictionary of a type that is written in C."""
    for table in gc.get_referents(cls.__dict__):
        if isinstance(table, dict) and "__doc__" in table:
            table.update(entries)
            ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))
            return
    raise RuntimeError("the type's dictionary was not found")


def raise_loopback():
    """In a network namespace of its own even 127.0.0.1 is down until somebody raises it."""
    try:
        import fcntl

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            up = struct.pack("16sH14s", b"lo", 1 | 64, b"")  # IFF_UP | IFF_RUNNING
            fcntl.ioctl(s, 0x8914, up)  # SIOCSIFFLAGS
    except (ImportError, OSError):
        pass


# Rights of Landlock's first three versions that change something: writing a file, removing, making, linking, truncating.
_WRITING = sum(1 << bit for bit in (1, 4, 5, 6, 7, 8, 9, 10, 11, 12))
_REFER, _TRUNCATE = 1 << 13, 1 << 14


def landlock(writable):
    """Writes confined by the kernel, for this process and all it starts (Linux 5.13 and later). False where it is not to be had."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        version = libc.syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
        if version < 1:
            return False
        rights = _WRITING | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
        attributes = ctypes.create_string_buffer(struct.pack("=Q", rights), 8)
        ruleset = libc.syscall(444, attributes, ctypes.c_size_t(8), ctypes.c_uint32(0))
        if ruleset < 0:
            return False
        for place in list(writable) + ["/dev/null", "/dev/shm", "/dev/tty", "/proc/self"]:
            if not os.path.exists(place):
                continue
            parent = os.open(place, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
            try:
                here = rights if os.path.isdir(place) else rights & (1 << 1 | _TRUNCATE)
                rule = ctypes.create_string_buffer(struct.pack("=Qi", here, parent), 12)
                if libc.syscall(445, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0)) != 0:
                    return False
            finally:
                os.close(parent)
        if libc.prctl(38, ctypes.c_ulong(1), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:  # PR_SET_NO_NEW_PRIVS
            return False
        done = libc.syscall(446, ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0
        os.close(ruleset)
        return done
    except (OSError, AttributeError, ValueError):
        return False
