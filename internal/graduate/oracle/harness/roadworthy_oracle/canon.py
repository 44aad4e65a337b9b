"""Canonical forms of values: what can be said of a value without the interpreter that made it.

`Canon.value(x)` gives a tree of dictionaries (see oracle.Value for its form), `Canon.fingerprint(x)` writes it and gives its hash. Equal values of equal types have
equal trees in every process. Values of the user's own classes are told by the class's name alone, because a notebook's `__main__.Point` is
`package.steps.Point` once graduated.
"""

import array
import base64
import collections
import datetime
import decimal
import enum
import fractions
import hashlib
import itertools
import json
import os
import pathlib
import re
import sys
import types
import uuid

MAX_NODES = 20000  # of one tree; what lies beyond is hashed or left out, and said so
MAX_DEPTH = 12
MAX_TEXT = 64 << 10
MAX_BLOB = 32 << 20
INLINE = 2048  # bytes of an array that stay in the tree
SAMPLE = 4096

SCALARS = {int, float, bool, str, bytes, complex, type(None)}
EXACT = {
    datetime.date, datetime.datetime, datetime.time, datetime.timedelta, datetime.timezone, decimal.Decimal, fractions.Fraction, uuid.UUID, range, slice,
    type(Ellipsis), type(NotImplemented), pathlib.PurePosixPath, pathlib.PosixPath,
}
CALLABLE = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, type, types.MethodDescriptorType, types.WrapperDescriptorType,
    types.MethodWrapperType, types.ClassMethodDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType,
)


def digest(*parts):
    h = hashlib.blake2b(digest_size=16)
    for p in parts:
        h.update(p if isinstance(p, (bytes, memoryview)) else str(p).encode("utf-8", "surrogatepass"))
    return h.hexdigest()


def plain(items):
    """Whether repr says everything about these items, at the speed of C: scalars, and lists, tuples and dicts of such."""
    level = items
    for _ in range(6):
        kinds = set(map(type, level))
        kinds -= SCALARS
        if not kinds:
            return True
        if not kinds <= {list, tuple, dict}:
            return False
        below = []
        for x in level:
            if type(x) is dict:
                below.extend(x.keys())
                below.extend(x.values())
            elif type(x) in (list, tuple):
                below.extend(x)
        level = below
    return False


class Canon:
    def __init__(self, folder, keep, own="__main__"):
        self.folder = folder  # where trees and arrays go
        self.keep = keep  # write them, not only their fingerprints
        self.own = own
        self.written = set()

    # ---- entry points ----------------------------------------------------

    def fingerprint(self, x):
        return self.save(self.value(x))

    def value(self, x):
        self.nodes = 0
        self.above = []
        try:
            return self.tree(x, 0)
        except RecursionError:
            return {"k": "opaque", "t": self.type_name(x), "v": "nested too deeply"}

    def tree_of(self, x):
        """A tree inside another that is being made by hand."""
        self.nodes, self.above = 0, []
        return self.tree(x, 0)

    def save(self, tree):
        """Writes a tree made by hand, and gives its fingerprint."""
        text = json.dumps(tree, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
        name = digest(text)
        if self.keep and name not in self.written:
            self.write(name + ".json", text.encode())
        return name

    def write(self, name, data):
        if name in self.written:
            return
        self.written.add(name)
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            with open(path + ".part%d" % os.getpid(), "wb") as f:
                f.write(data)
            os.replace(path + ".part%d" % os.getpid(), path)

    # ---- trees -----------------------------------------------------------

    def type_name(self, x):
        t = x if isinstance(x, type) else type(x)
        module = str(getattr(t, "__module__", "") or "")
        name = str(getattr(t, "__qualname__", t.__name__)).replace("<locals>.", "")
        if module == "builtins":
            return name
        if module in ("__main__", self.own) or module.startswith(self.own + "."):
            return "." + name.rsplit(".", 1)[-1]  # where it is defined changes with graduation
        return module + "." + name

    def tree(self, x, depth):
        self.nodes += 1
        t = type(x)
        if x is None:
            return {"k": "none"}
        if t is bool:
            return {"k": "bool", "v": str(x)}
        if t is int:
            return {"k": "int", "v": int_text(x)}
        if t is float:
            return {"k": "float", "v": x.hex()}
        if t is complex:
            return {"k": "complex", "v": x.real.hex() + " " + x.imag.hex()}
        if t is str:
            return self.text("str", x)
        if t in (bytes, bytearray):
            return self.text("bytes", bytes(x).decode("latin-1"))
        if t in EXACT:
            return {"k": "date", "t": self.type_name(x), "v": repr(x)}
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            return {"k": "opaque", "t": self.type_name(x), "v": "not looked into: nested too deeply or too large"}
        if id(x) in self.above:
            return {"k": "ref", "v": str(len(self.above) - self.above.index(id(x)))}
        self.above.append(id(x))
        try:
            return self.compound(x, t, depth)
        except (RecursionError, MemoryError):
            raise
        except Exception as error:  # a property or a lazy object of the user's that raises
            return {"k": "opaque", "t": self.type_name(x), "v": "not looked into: " + type(error).__name__}
        finally:
            self.above.pop()

    def text(self, kind, s):
        if len(s) <= MAX_TEXT:
            return {"k": kind, "v": s.encode("utf-8", "surrogatepass").decode("utf-8", "replace")}
        return {"k": kind, "v": s[:1000].encode("utf-8", "replace").decode(), "h": digest(s), "s": len(s)}

    def compound(self, x, t, depth):
        if isinstance(x, enum.Enum):
            return {"k": "date", "t": self.type_name(x), "v": str(getattr(x, "name", ""))}
        if isinstance(x, (list, tuple, collections.deque)):
            return self.sequence("tuple" if isinstance(x, tuple) else "list", x, t, depth)
        if isinstance(x, (set, frozenset)):
            return self.bag(x, depth)
        if isinstance(x, (dict, types.MappingProxyType)):
            return self.mapping(x, t, depth)
        if isinstance(x, CALLABLE):
            return self.callable(x)
        module = str(getattr(t, "__module__", "") or "")
        top = module.split(".", 1)[0]
        numpy = sys.modules.get("numpy")
        if numpy is not None and top in ("numpy", "pandas") or numpy is not None and isinstance(x, numpy.ndarray):
            made = self.numeric(x, t, numpy, depth)
            if made is not None:
                return made
        figures = sys.modules.get("matplotlib.figure")
        if figures is not None and top in ("matplotlib", "mpl_toolkits", "seaborn", "cartopy"):
            made = self.drawn(x, depth)
            if made is not None:
                return made
        if isinstance(x, re.Pattern):
            return {"k": "date", "t": "re.Pattern", "v": repr((x.pattern, x.flags))}
        if isinstance(x, os.PathLike):
            return {"k": "date", "t": self.type_name(x), "v": os.fspath(x) if isinstance(os.fspath(x), str) else repr(os.fspath(x))}
        if isinstance(x, (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)) or top in ("_io", "_thread", "threading", "_asyncio", "asyncio", "itertools"):
            return {"k": "opaque", "t": self.type_name(x)}
        import functools

        if isinstance(x, functools.partial):
            return {"k": "object", "t": "functools.partial", "n": ["func", "args", "keywords"], "i": [self.tree(p, depth + 1) for p in (x.func, x.args, x.keywords)]}
        if isinstance(x, array.array):
            return {"k": "list", "t": "array.array", "i": [self.block(x.typecode, (len(x),), x.tobytes(), x.itemsize)]}
        if hasattr(x, "get_params") and not isinstance(x, type) and hasattr(t, "fit"):
            return self.estimator(x, depth)
        if isinstance(x, BaseException):
            return {"k": "object", "t": self.type_name(x), "n": ["args"], "i": [self.tree(x.args, depth + 1)]}
        return self.object(x, t, depth)

    def sequence(self, kind, x, t, depth):
        made = {"k": kind}
        if t not in (list, tuple):
            made["t"] = self.type_name(x)
        fields = getattr(t, "_fields", None)
        if fields and isinstance(x, tuple):
            made["n"] = [str(f) for f in fields]
        n = len(x)
        if n > 64 and set(map(type, x)) == {float}:
            made["i"] = [self.block("float64", (n,), array.array("d", x).tobytes(), 8)]
            return made
        if n <= 500 or n + self.nodes <= MAX_NODES // 2:
            made["i"] = [self.tree(item, depth + 1) for item in x]
            return made
        made["s"] = n
        if plain(x):
            made["h"] = digest(repr(list(x)))
        else:
            made["h"] = self.rolling(x, depth)
        head = itertools.islice(x, 100)
        tail = list(itertools.islice(x, n - 20, n)) if t in (list, tuple) else []
        made["i"] = [self.tree(item, depth + 1) for item in itertools.chain(head, tail)]
        return made

    def rolling(self, items, depth):
        """A hash over the trees of items that are too many to keep."""
        h = hashlib.blake2b(digest_size=16)
        before = self.nodes
        for item in items:
            self.nodes = before
            h.update(json.dumps(self.tree(item, depth + 1), sort_keys=True).encode())
        self.nodes = before
        return h.hexdigest()

    def bag(self, x, depth):
        made = {"k": "set", "t": self.type_name(x)}
        if len(x) > 2000 and set(map(type, x)) <= SCALARS:
            texts = sorted(map(repr, x))
            made.update(h=digest(*texts), s=len(x), i=[self.text("str", s) for s in texts[:100]])
            return made
        items = [self.tree(item, depth + 1) for item in x]
        made["i"] = sorted(items, key=lambda i: json.dumps(i, sort_keys=True))
        return made

    def mapping(self, x, t, depth):
        made = {"k": "dict"}
        if t is not dict:
            made["t"] = self.type_name(x)
        n = len(x)
        if n * 2 + self.nodes > MAX_NODES // 2 and n > 250:
            made["s"] = n
            pairs = list(x.items())
            made["h"] = digest(repr(pairs)) if plain(pairs) else self.rolling(pairs, depth)
            pairs = pairs[:50]
        else:
            pairs = x.items()
        made["i"] = [self.tree(item, depth + 1) for pair in list(pairs) for item in pair]
        return made

    def callable(self, x):
        if isinstance(x, types.ModuleType):
            return {"k": "callable", "t": "module", "v": str(x.__name__)}
        if isinstance(x, type):
            return {"k": "callable", "t": "class", "v": self.type_name(x)}
        name = str(getattr(x, "__qualname__", getattr(x, "__name__", ""))).replace("<locals>.", "")
        module = str(getattr(x, "__module__", "") or "")
        if module in ("__main__", self.own) or module.startswith(self.own + "."):
            return {"k": "callable", "t": "function", "v": "." + name.rsplit(".", 1)[-1]}
        return {"k": "callable", "t": "function", "v": module + "." + name}

    def object(self, x, t, depth):
        made = {"k": "object", "t": self.type_name(x)}
        attributes = {}
        for cls in reversed(t.__mro__):
            slots = cls.__dict__.get("__slots__", ())
            for slot in (slots,) if isinstance(slots, str) else slots:
                if isinstance(slot, str) and slot not in ("__dict__", "__weakref__"):
                    try:
                        attributes[slot] = object.__getattribute__(x, slot)
                    except AttributeError:
                        pass
        attributes.update(getattr(x, "__dict__", None) or {})
        if not attributes:
            own = made["t"].startswith(".")
            if not own and type(x).__repr__ is not object.__repr__:
                text = repr(x)
                if " at 0x" not in text:
                    return {"k": "opaque", "t": made["t"], "v": text[:1000]}
            return made if own else {"k": "opaque", "t": made["t"]}
        names = sorted(n for n in attributes if isinstance(n, str))
        made["n"] = names
        made["i"] = [self.tree(attributes[n], depth + 1) for n in names]
        return made

    def estimator(self, x, depth):
        names, items = [], []
        try:
            parameters = x.get_params(deep=False)
        except Exception:
            parameters = {}
        for n in sorted(parameters):
            names.append("p:" + str(n))
            items.append(self.tree(parameters[n], depth + 1))
        for n, v in sorted(getattr(x, "__dict__", {}).items()):
            if n.endswith("_") and not n.startswith("__") or n.startswith("_") and not n.startswith("__") and n not in ("_sklearn_output_config", "_repr_html_"):
                if n not in parameters:
                    names.append("f:" + n)
                    items.append(self.tree(v, depth + 1))
        return {"k": "estimator", "t": self.type_name(x), "n": names, "i": items}

    # ---- numpy and pandas ------------------------------------------------

    def block(self, dtype, shape, data, width):
        """An array of fixed-size elements as its little-endian bytes."""
        data = bytes(data)
        made = {"k": "array", "t": dtype, "v": ",".join(map(str, shape)), "h": digest(dtype, repr(tuple(shape)), data)}
        if len(data) <= INLINE:
            made["d"] = base64.b64encode(data).decode()
            return made
        # The tree must not depend on whether arrays are kept, or two runs could not be compared by fingerprint.
        made["b"] = made["h"] + ".bin"
        if len(data) > MAX_BLOB:
            count = len(data) // width
            step = max(1, count // SAMPLE)
            made["s"] = count
            if self.keep:
                data = b"".join(data[i * width : (i + 1) * width] for i in range(0, count, step))
        if self.keep:
            self.write(made["b"], data)
        return made

    def numeric(self, x, t, numpy, depth):
        if isinstance(x, numpy.generic) and not isinstance(x, (numpy.void, numpy.object_)):
            kind = x.dtype.kind
            if kind == "f":
                return {"k": "float", "t": str(x.dtype), "v": float(x).hex()}
            if kind == "c":
                return {"k": "complex", "t": str(x.dtype), "v": float(x.real).hex() + " " + float(x.imag).hex()}
            if kind in "iu":
                return {"k": "int", "t": str(x.dtype), "v": str(int(x))}
            if kind == "b":
                return {"k": "bool", "t": "bool_", "v": str(bool(x))}
            if kind == "U":
                return dict(self.text("str", str(x)), t="str_")
            return {"k": "date", "t": str(x.dtype), "v": str(x)}
        if isinstance(x, numpy.ndarray):
            return self.ndarray(x, numpy, depth)
        if isinstance(x, numpy.dtype):
            return {"k": "date", "t": "numpy.dtype", "v": str(x)}
        if type(x).__module__.startswith("numpy.random"):
            state = getattr(x, "bit_generator", None)
            if state is not None:
                return {"k": "object", "t": self.type_name(x), "n": ["state"], "i": [self.tree(state.state, depth + 1)]}
            if hasattr(x, "get_state"):
                return {"k": "object", "t": self.type_name(x), "n": ["state"], "i": [self.tree(x.get_state(), depth + 1)]}
        pandas = sys.modules.get("pandas")
        if pandas is None or not hasattr(pandas, "DataFrame"):
            return None
        if isinstance(x, pandas.DataFrame):
            columns = [self.column(x.iloc[:, i].array, pandas, numpy, depth) for i in range(x.shape[1])]
            made = {"k": "frame", "v": "%d,%d" % x.shape, "i": [self.index(x.index, pandas, numpy, depth), self.index(x.columns, pandas, numpy, depth)] + columns}
            made["n"] = [str(c) for c in x.columns]
            if t is not pandas.DataFrame:
                made["t"] = self.type_name(x)
            return made
        if isinstance(x, pandas.Series):
            made = {"k": "series", "t": str(x.dtype), "n": [str(x.name)], "i": [self.index(x.index, pandas, numpy, depth), self.column(x.array, pandas, numpy, depth)]}
            return made
        if isinstance(x, pandas.Index):
            return self.index(x, pandas, numpy, depth)
        if isinstance(x, pandas.api.extensions.ExtensionArray):
            return self.column(x, pandas, numpy, depth)
        if x is pandas.NA or x is pandas.NaT or isinstance(x, (pandas.Timestamp, pandas.Timedelta, pandas.Period, pandas.Interval)):
            return {"k": "date", "t": type(x).__name__, "v": repr(x)}
        if isinstance(x, pandas.api.extensions.ExtensionDtype):
            return {"k": "date", "t": "dtype", "v": str(x)}
        if "GroupBy" in t.__name__ and hasattr(x, "obj"):
            keys = getattr(x, "keys", None)
            return {"k": "object", "t": self.type_name(x), "n": ["keys", "obj"], "i": [self.tree(keys, depth + 1), self.tree(x.obj, depth + 1)]}
        return None

    def ndarray(self, x, numpy, depth):
        masked = isinstance(x, numpy.ma.MaskedArray)
        if masked:
            filled = numpy.where(numpy.ma.getmaskarray(x), numpy.zeros((), dtype=x.dtype), x.data) if x.dtype.names is None else x.data
            return {"k": "object", "t": "numpy.ma.MaskedArray", "n": ["data", "mask"], "i": [self.ndarray(numpy.asarray(filled), numpy, depth), self.ndarray(numpy.ma.getmaskarray(x), numpy, depth)]}
        if x.dtype.names is not None:  # structured: field by field, or padding would count
            names = list(x.dtype.names)
            return {"k": "object", "t": "numpy.structured", "v": repr(x.shape), "n": names, "i": [self.ndarray(numpy.asarray(x[n]), numpy, depth + 1) for n in names]}
        if x.dtype.kind == "O":
            items = x.ravel().tolist()
            return {"k": "array", "t": "object", "v": ",".join(map(str, x.shape)), "i": [self.sequence("list", items, list, depth + 1)]}
        if x.dtype.kind in "UT":
            return {"k": "array", "t": "str", "v": ",".join(map(str, x.shape)), "i": [self.sequence("list", x.ravel().tolist(), list, depth + 1)]}
        y = numpy.ascontiguousarray(x)
        if y.dtype.byteorder == ">" or y.dtype.byteorder == "=" and sys.byteorder == "big":
            y = y.astype(y.dtype.newbyteorder("<"))
        return self.block(y.dtype.name if y.dtype.kind not in "SV" else y.dtype.str, x.shape, y.tobytes(), y.dtype.itemsize)

    def column(self, values, pandas, numpy, depth):
        dtype = values.dtype
        name = str(dtype)
        if isinstance(dtype, pandas.CategoricalDtype):
            codes = numpy.asarray(values.codes)
            return {"k": "object", "t": "category", "n": ["ordered", "categories", "codes"], "i": [self.tree(bool(dtype.ordered), depth + 1), self.index(dtype.categories, pandas, numpy, depth), self.ndarray(codes.astype("int64"), numpy, depth)]}
        if isinstance(dtype, numpy.dtype):
            made = self.ndarray(numpy.asarray(values), numpy, depth)
            made["t"] = name
            return made
        if name.startswith("datetime64["):  # with a time zone
            return {"k": "object", "t": name, "n": ["utc"], "i": [self.ndarray(numpy.asarray(values.asi8), numpy, depth)]}
        kind = getattr(dtype, "kind", "O")
        if kind in "iufb" and hasattr(values, "isna"):
            missing = numpy.asarray(values.isna())
            filled = values.to_numpy(dtype="float64" if kind in "f" else "bool" if kind == "b" else "int64", na_value=0) if hasattr(values, "to_numpy") else numpy.asarray(values)
            return {"k": "object", "t": name, "n": ["missing", "values"], "i": [self.ndarray(missing, numpy, depth), self.ndarray(numpy.asarray(filled), numpy, depth)]}
        items = numpy.asarray(values, dtype=object).ravel().tolist()
        if set(map(type, items)) <= SCALARS:
            return {"k": "array", "t": name, "v": str(len(values)), "i": [self.sequence("list", items, list, depth + 1)]}
        return {"k": "array", "t": name, "v": str(len(values)), "i": [self.sequence("list", [i if type(i) in SCALARS else str(i) for i in items], list, depth + 1)]}

    def index(self, x, pandas, numpy, depth):
        names = [str(n) for n in x.names]
        made = {"k": "index", "t": type(x).__name__, "n": names}
        if isinstance(x, pandas.RangeIndex):
            made["v"] = "%d,%d,%d" % (x.start, x.stop, x.step)
            return made
        if isinstance(x, pandas.MultiIndex):
            made["i"] = [self.column(x.get_level_values(i).array, pandas, numpy, depth) for i in range(x.nlevels)]
            return made
        if isinstance(x, pandas.DatetimeIndex) and x.freqstr:
            made["v"] = x.freqstr
        made["i"] = [self.column(x.array, pandas, numpy, depth)]
        return made

    # ---- figures ---------------------------------------------------------

    def drawn(self, x, depth):
        from matplotlib.axes import Axes
        from matplotlib.figure import FigureBase as Figure

        if isinstance(x, Figure):
            return self.wrapped_figure(x, depth)
        if isinstance(x, Axes):
            made = self.figure_of_axes(x, depth)
            return {"k": "figure", "t": "axes", "n": ["axes"], "i": [made]}
        inner = getattr(x, "figure", None)
        if isinstance(inner, Figure):  # a grid of seaborn's, or an artist
            if type(x).__module__.startswith("seaborn"):
                return {"k": "object", "t": self.type_name(x), "n": ["figure"], "i": [self.wrapped_figure(inner, depth)]}
            return {"k": "opaque", "t": self.type_name(x)}
        return None

    def wrapped_figure(self, x, depth):
        from . import figures

        return figures.figure(x, lambda v: self.tree(v, depth + 1))

    def figure_of_axes(self, x, depth):
        from . import figures

        return figures.axes(x, lambda v: self.tree(v, depth + 1))


def int_text(x):
    try:
        return str(x)
    except ValueError:  # over the limit of digits that Python 3.11 and later convert
        return hex(x)
