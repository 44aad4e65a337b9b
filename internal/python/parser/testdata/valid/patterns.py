match x:
    case 1: pass
    case -1.5 | 2j | 1 + 2j | -1 - 2j: pass
    case "a" "b" | b"c" | None | True | False: pass
    case y: pass
match x, *y,:
    case a.b: pass
    case a.b.c: pass
    case _: pass
match (x):
    case (): pass
    case (a): pass
    case (a,): pass
    case (a, b, *_): pass
    case []: pass
    case [a, *rest]: pass
    case a, *_: pass
    case *a, b: pass
    case (1 | 2) as c: pass
    case [(a as b), c] as d if e := f: pass
match [x]:
    case {}: pass
    case {"a": 1, b.c: d, -1: e, None: f}: pass
    case {"a": x, **rest}: pass
    case {**rest,}: pass
match -x:
    case A(): pass
    case a.B(1, x, c=2, d=_,): pass
    case A(c=d) | B(1,): pass
match *a, b:
    case _: pass
match not x:
    case _: pass
match lambda: x:
    case _: pass
match match:
    case case: pass
match(x)
match[x]
match[x]: int
match (x), y
match -x
match * x
match not in x
match.x = match = case = 1
match: int = 1
match, case = x
print(match)
