a +
# ---
+
# ---
a + * b
# ---
a ** 
# ---
* b c
# ---
a not b
# ---
a is is b
# ---
a in
# ---
not
# ---
a and
# ---
or b
# ---
a if b
# ---
a if b else
# ---
if b else c
# ---
a <> b
# ---
a ? b
# ---
a $ b
# ---
`a`
# ---
a !
# ---
!a
# ---
a ! = b
# ---
a === b
# ---
a -> b
# ---
a ++
# ---
a & & b
# ---
a + not b
# ---
await
# ---
await await x
# ---
lambda
# ---
lambda x
# ---
lambda (x): y
# ---
lambda x=: y
# ---
lambda *: x
# ---
lambda **a, b: x
# ---
a := b
# ---
(a := )
# ---
~
# ---
@a
# ---
a @ @ b
