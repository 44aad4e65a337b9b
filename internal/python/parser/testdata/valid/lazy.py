lazy import a.b as c, d
lazy from . import e
lazy from f import (g as h)
def f():
    lazy import i
