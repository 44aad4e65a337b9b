print "a"
# ---
print a, b
# ---
print 1
# ---
exec "code"
# ---
raise E, "value"
# ---
raise from a
# ---
raise a from
# ---
import
# ---
import a as
# ---
import a.
# ---
import .a
# ---
import a from b
# ---
import a, 
# ---
import (a)
# ---
from a
# ---
from a import
# ---
from import a
# ---
from a import b,
# ---
from a import (b
# ---
from a import (b,,c)
# ---
from a import ()
# ---
from a import *, b
# ---
from a import (*)
# ---
from a import b.c
# ---
from a import b as c.d
# ---
import a as b.c
# ---
from . import
# ---
from .. a import b c
# ---
from __future__ import nothing
# ---
from __future__ import braces
# ---
del
# ---
del f()
# ---
del 1
# ---
del a + b
# ---
del (a, 1)
# ---
del *a
# ---
del a, *b
# ---
del a b
# ---
global
# ---
global a.b
# ---
global a,
# ---
nonlocal 1
# ---
assert
# ---
assert a,
# ---
assert a = b
# ---
assert a, b = c
# ---
return return
# ---
return a b
# ---
break a
# ---
continue 1
# ---
pass 1
# ---
pass; ; pass
# ---
;
# ---
yield = 1
# ---
a; b c
# ---
type X
# ---
type X =
# ---
type X.y = z
# ---
type X[] = y
# ---
type X[T: = y
# ---
type X[*T: int] = y
# ---
type X[**T: int] = y
# ---
type X[T=] = y
# ---
type 1 = x
# ---
else: pass
# ---
elif x: pass
# ---
except: pass
# ---
finally: pass
# ---
case x: pass
# ---
async x
# ---
async
# ---
async lambda: x
# ---
await = 1
# ---
None.x = None = 1
