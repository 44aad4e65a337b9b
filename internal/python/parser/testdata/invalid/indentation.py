x
  y
# ---
  x
# ---
if x:
    a
  b
# ---
if x:
	a
        b
# ---
if x:
        a
	b
# ---
def f():
    x
   y
# ---
if x:
    pass
      y
# ---
class A:
def f(): pass
# ---
for x in y:
z
# ---
if x:
    a
	b

# ---
while x:

# ---
try:
except: pass
# ---
with a:
b
# ---
def f():
# c
# ---
if x:
  a
 else: b
