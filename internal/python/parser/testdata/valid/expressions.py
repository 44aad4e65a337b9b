a or b or c and d and not e
not a == b
a < b <= c != d is not e is f not in g in h == i > j >= k
a | b ^ c & d << e >> f + g - h * i / j // k % l @ m
-a ** -b ** ~+c
(-a) ** b
(a + b) * c
await a ** b
a if b else c if d else lambda: e
lambda a, b=1, /, c=2, *d, e, f=3, **g: (a, b)
lambda *, a: a
lambda *a: a
a.b.c[d](e)(f)[g]
f(a, *b, c=d, *e, f=g, **h, i=j)
f(a for a in b)
f(a, (b for b in c), d := e)
f(a)(b for b in c)(*d)
f (
    a,
    b = c ,
)
x[1], x[1:], x[:1], x[::], x[1:2:3], x[a, b:c], x[*a], x[*a, b], x[a:=1], x[()]
(), (a,), (a, b), (*a, b), [], [a], [*a, b,], {}, {a}, {*a, b,}, {a: b}, {**a, b: c, **d,}
[a for b in c for d in e if f if g]
{a for (b, *c) in d}
{a: b for a, b in c if d}
(a async for b in c)
(yield)
(yield a, b)
(yield from a)
(a := b, c := d)
...
None, True, False
0, 00, 1_000, 0xFF, 0o17, 0b1_0, 123456789012345678901234567890, 0xFFFF_FFFF_FFFF_FFFF_FFFF
1.0, 1., .5, 1e10, 1E-5, 1_0.0_1e1_0, 1e16, 1e15, 123456789.123456789, 1e-4, 1e-5, 1e400, 0.1, 5e-324, 0777.5, 00.0
1j, 1.5J, 1e100j, 0j, 0777j
1if a else 2
[1or 2]
a if(b)else(c)
a<-b
x = a, = b
