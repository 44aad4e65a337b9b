x = 1 + \
    2
if a and \
   b:
    c \
        = d
    e
def f(a,  # one
      b,

      c):  # two
    # three
    return (
        a
        # four
    )
\
y = 1
