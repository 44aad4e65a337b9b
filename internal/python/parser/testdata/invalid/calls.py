f(a for a in b, c)
# ---
f(a, b for b in c)
# ---
f(a for a in b,)
# ---
f(a=1, b)
# ---
f(**a, b)
# ---
f(**a, *b)
# ---
f(a.b=1)
# ---
f(1=2)
# ---
f(a=)
# ---
f(a b)
# ---
f(a, , b)
# ---
f(,)
# ---
f(a=b for b in c)
# ---
f((a)=1)
# ---
f(True=1)
# ---
f(lambda: x = 1)
# ---
f(a, *)
# ---
f(**)
# ---
f(*a b)
# ---
f(a := 1 = 2)
# ---
f(yield x)
# ---
class A(x for x in y): pass
# ---
f(a
# ---
f(a, b=1 c=2)
# ---
f(**a for a in b)
