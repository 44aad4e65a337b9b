[x for]
# ---
[x for x]
# ---
[x for x in]
# ---
[x for x in y if]
# ---
[x, y for x in z]
# ---
[for x in y]
# ---
[x for 1 in y]
# ---
[x for f() in y]
# ---
[x for x in lambda: y]
# ---
[x for x in y, z]
# ---
{x: y, z for x in w}
# ---
{x: for x in y}
# ---
{**x: y for x in z}
# ---
(x, y for x in z)
# ---
[x async for]
# ---
[x async y]
# ---
[x if y for x in z]
# ---
(x for x in y if z else w)
# ---
[*x, y for x in z]
