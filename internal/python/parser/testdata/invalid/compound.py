if x
    pass
# ---
if: pass
# ---
if x: if y: pass
# ---
if x = 1: pass
# ---
if x:
pass
# ---
if x:
# ---
if x: pass
else if y: pass
# ---
if x: pass
else pass
# ---
while: pass
# ---
while x pass
# ---
for x in: pass
# ---
for x y: pass
# ---
for in y: pass
# ---
for 1 in y: pass
# ---
for f() in y: pass
# ---
for x in y pass
# ---
for x, in: pass
# ---
for x if y in z: pass
# ---
try: pass
# ---
try: pass
else: pass
# ---
try: pass
except: pass
finally
# ---
try: pass
except A, B as c: pass
# ---
try: pass
except A as b.c: pass
# ---
try: pass
except as b: pass
# ---
try: pass
except*: pass
# ---
try: pass
except A: pass
except* B: pass
# ---
try: pass
x
except: pass
# ---
try x: pass
except: pass
# ---
with: pass
# ---
with a as: pass
# ---
with a as 1: pass
# ---
with a as f(): pass
# ---
with (a as b, c as d e): pass
# ---
with (a as b): pass as c
# ---
with a b: pass
# ---
with (a as b
# ---
def f: pass
# ---
def f() pass
# ---
def (a): pass
# ---
def f(a: pass
# ---
def f(a, a b): pass
# ---
def f(a=1, b): pass
# ---
def f(a=): pass
# ---
def f(*): pass
# ---
def f(*, **k): pass
# ---
def f(*, *a): pass
# ---
def f(*a, *b): pass
# ---
def f(**a, b): pass
# ---
def f(**a, *b): pass
# ---
def f(*a=1): pass
# ---
def f(**a=1): pass
# ---
def f(/): pass
# ---
def f(/, a): pass
# ---
def f(a, /, b, /): pass
# ---
def f(a, *b, /): pass
# ---
def f(a, *, /): pass
# ---
def f((a, b)): pass
# ---
def f(1): pass
# ---
def f(None): pass
# ---
def f(a.b): pass
# ---
def f(*a **b): pass
# ---
def f(a, b): c d
# ---
def f() -> : pass
# ---
def f[](): pass
# ---
def f[T()](): pass
# ---
def f():
# ---
class: pass
# ---
class A
    pass
# ---
class A(: pass
# ---
class A(b=1, c): pass
# ---
class 1: pass
# ---
@
def f(): pass
# ---
@a
x = 1
# ---
@a b
def f(): pass
# ---
@a
# ---
async def f: pass
# ---
async while x: pass
# ---
match x:
pass
# ---
match x:
    pass
# ---
match x:
    case: pass
# ---
match x:
    case 1 pass
# ---
match x:
    case a b: pass
# ---
match x: case 1: pass
# ---
match x:
    case 1: pass
    x = 1
