# want: says, for a name on its line, what it means there: NAME = BINDING in OWNER.
import os.path, sys as system  # want: os = local in module; system = local in module
from m import *

x = 1


def outer(a, *args, b=x, **kw):  # want: x = local in module; a = cell in outer; kw = local in outer
    y = a  # want: y = cell in outer; a = cell in outer
    global counter
    counter = len(args)  # want: counter = global in module; len = implicit in module; args = local in outer

    def inner():
        nonlocal y
        y = x + a  # want: y = free in outer; x = implicit in module; a = free in outer
        return lambda z: z + y  # want: z = local in outer.<locals>.inner.<locals>.<lambda>; y = free in outer

    return inner


class Base:
    x = 2
    __hidden = 3  # want: __hidden = local in Base
    y = x  # want: x = local in Base

    def method(self):
        super().method()  # want: super = implicit in module; __class__ = free in Base
        return x, self.__hidden, __hidden  # want: x = implicit in module; __hidden = implicit in module

    squares = [x * i for i in range(x)]  # want: i = local in Base.<listcomp>

    def annotated(self, p: x) -> "Base": ...  # want: x = implicit in Base


def comprehensions(rows):
    if any((last := r) for r in rows):  # want: last = free in comprehensions; r = local in comprehensions.<locals>.<genexpr>
        return last  # want: last = cell in comprehensions
    return {k: v for k, v in rows if k}  # want: k = local in comprehensions.<locals>.<dictcomp>


def generic[T: int](p: T) -> T:  # want: T = cell in generic
    return T  # want: T = free in generic


class Box[T]:
    item: T  # want: T = free in Box
    type Pair[U] = tuple[T, U]  # want: U = cell in Box.Pair; T = free in Box


match system:
    case {"a": first, **others} if first:  # want: first = local in module; others = local in module
        pass
    case [1, *rest] | Base(y=rest) as whole:  # want: rest = local in module; whole = local in module
        pass

try:
    pass
except* ValueError as error:  # want: error = local in module; ValueError = implicit in module
    del error


async def stream():
    async with x as conn:  # want: conn = local in stream
        yield [await c async for c in conn]  # want: c = local in stream.<locals>.<listcomp>
