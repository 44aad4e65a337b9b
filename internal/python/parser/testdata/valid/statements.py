"""Every statement, in the forms that differ."""
from __future__ import annotations

import a, b.c as d, e . f
from . import g
from .. import h as i, j
from ...k.l import (m, n as o,)
from .... import p
from q import *

x = y = 1, *z
x, (y, *z), [w] = v
(x) = 1
x.y = z[0] = x[1:2, ::3] = 0
x += 1; x -= 2; x *= 3; x /= 4; x //= 5; x %= 6; x **= 7; x @= 8; x <<= 9; x >>= 10; x &= 11; x |= 12; x ^= 13
x: int
(x): int = 1
x.y: "str" = yield
x[0]: list[int] = 1, 2
del x, (y, [z]), w.a, v[0],
assert x
assert x, "why"
pass;

if a:
    pass
elif b: pass
elif c:
    pass
else:
    pass

if (n := len(a)) > 10: pass

while a:
    break
else:
    continue

for x, *y in *a, b:
    pass
for x.y, in z: pass
else: pass

try:
    pass
except:
    pass

try:
    pass
except A:
    pass
except (B, C) as e:
    pass
except (D), E:
    pass
except F, G:
    pass
else:
    pass
finally:
    pass

try: pass
except* A as e: pass
except* B, C: pass

with a: pass
with a as b, c as (d, *e): pass
with (a): pass
with (a, b): pass
with (a as b, c as d.e,): pass
with (a) as b, (c): pass
with (a, b) as c: pass
with (yield): pass
with (a).b as c: pass
with a(), \
     b(): pass

raise
raise A
raise A from b

def f(): return
def f(a, b: int = 1, /, c=2, *args: *Ts, d, e: int = 3, **kw: dict) -> None:
    global x, y
    nonlocal z
    return 1, *a
def f(*, a): yield
def f(a, /): yield 1, *b
def f(*a, b=1,): x = yield from a

@a
@b.c(1)
@(d := e)[0]
class A(B, *C, metaclass=D, **E):
    def f(self): ...

@x
async def f():
    async with a as b: await c
    async for x in y: pass
    return [await x async for x in y if await z]

class A: x = 1
class A(): pass
lazy = 1
lazy.x = type = match = case = _ = print
print(lazy)
exec(type)
