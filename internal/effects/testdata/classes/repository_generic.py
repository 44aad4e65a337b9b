from __future__ import annotations
import json
import sqlite3
from collections.abc import Iterator, MutableMapping
from typing import Any, Callable, ClassVar, Generic, Protocol, TypeVar

K = TypeVar("K")
V = TypeVar("V")

class Codec(Protocol[V]):
    def dumps(self, v: V) -> str: ...  # want:
    def loads(self, s: str) -> V: ...  # want:

class JsonCodec:
    def dumps(self, v): return json.dumps(v)  # want:
    def loads(self, s): return json.loads(s)  # want:

class Table(MutableMapping[str, V]):
    _open: ClassVar[list] = []
    def __init__(self, path, codec: Codec[V]):  # want: db! state~
        self.db = sqlite3.connect(path)
        self.codec = codec
        self._open.append(self)
    def __getitem__(self, k):  # want: db!
        row = self.db.execute("select v from t where k = ?", (k,)).fetchone()
        if row is None:
            raise KeyError(k)
        return self.codec.loads(row[0])
    def __setitem__(self, k, v):  # want: db.write!
        self.db.execute("replace into t values (?, ?)", (k, self.codec.dumps(v)))
    def __delitem__(self, k):  # want: db.write!
        self.db.execute("delete from t where k = ?", (k,))
    def __iter__(self) -> Iterator[str]:  # want: db!
        return (k for k, in self.db.execute("select k from t"))
    def __len__(self):  # want: db!
        return self.db.execute("select count(*) from t").fetchone()[0]
    def __enter__(self): return self  # want:
    def __exit__(self, *a): self.db.commit()  # want: db.write!

def table(path) -> Table[dict]:  # want: db! state~
    return Table(path, JsonCodec())

def bump(path, key):  # want: db! db.write! state~
    with table(path) as t:
        t[key] = t.get(key, 0) + 1

def drop(t: Table, keys):  # want: db.write!
    for k in keys:
        del t[k]

def export(path):  # want: db! state~
    return {k: v for k, v in table(path).items()}

def size(t: Table):  # want: db!
    return len(t)

def present(t: Table, k):  # want: db!
    return k in t

def keys(path):  # want: db! state~
    return sorted(table(path))
