match x:
    case -x: pass
# ---
match x:
    case 1 + 2: pass
# ---
match x:
    case 1j + 2j: pass
# ---
match x:
    case a + 1j: pass
# ---
match x:
    case +: pass
# ---
match x:
    case f(1)(2): pass
# ---
match x:
    case a.b.: pass
# ---
match x:
    case *a: pass
# ---
match x:
    case (*a): pass
# ---
match x:
    case [*a: pass
# ---
match x:
    case *1, b: pass
# ---
match x:
    case *a.b, c: pass
# ---
match x:
    case {a: 1}: pass
# ---
match x:
    case {1: a, **_}: pass
# ---
match x:
    case {**a, 1: b}: pass
# ---
match x:
    case {**a.b}: pass
# ---
match x:
    case {1 + 1: a}: pass
# ---
match x:
    case {f(): a}: pass
# ---
match x:
    case A(b=1, c): pass
# ---
match x:
    case A(b.c=1): pass
# ---
match x:
    case A(b=): pass
# ---
match x:
    case A(**b): pass
# ---
match x:
    case A(*b): pass
# ---
match x:
    case a as 1: pass
# ---
match x:
    case a as b.c: pass
# ---
match x:
    case a as _: pass
# ---
match x:
    case a as b as c: pass
# ---
match x:
    case 1 as 2: pass
# ---
match x:
    case a //: pass
# ---
match x:
    case a /= b: pass
# ---
match x:
    case x := 1: pass
# ---
match x:
    case lambda: x: pass
# ---
match x:
    case not a: pass
# ---
match x:
    case a if: pass
# ---
match x:
    case a, , b: pass
# ---
match x:
    case (,): pass
# ---
match x:
    case [,]: pass
# ---
match x:
    case {,}: pass
# ---
match x:
    case 1 < 2: pass
# ---
match x:
    case a[0]: pass
# ---
match x:
    case `a`: pass
# ---
match x:
    case ~1: pass
# ---
match x:
    case --1: pass
# ---
match x:
    case 1 - -2j: pass
# ---
match x:
    case -1.5 + -2j: pass
# ---
match x:
    case (a as b)(c): pass
# ---
match x:
    case {1}: pass
# ---
match x:
    case {1: }: pass
# ---
match x:
    case {**a, **b}: pass
# ---
match x:
    case _.a(: pass
# ---
match x:
    case None.a: pass
# ---
match x:
    case {_: 1}: pass
