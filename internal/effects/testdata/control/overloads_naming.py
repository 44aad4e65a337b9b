from typing import overload, Any
import functools

@overload
def read(x: str) -> str: ...  # want:
@overload
def read(x: bytes) -> bytes: ...  # want:
def read(x):  # want: fs.read!
    return open(x).read()

class P:
    @property
    def v(self):  # want:
        return self._v
    @v.setter
    def v(self, x):  # want: stdout
        print(x)

    class Inner:
        def deep(self):  # want: stdout
            def local():  # want: stdout
                print("x")
            local()

        @staticmethod
        def st():  # want: stdout
            print("st")

    @classmethod
    def make(cls):  # want:
        return cls()

if True:
    def cond():  # want: stdout
        print("a")
else:
    def cond():
        open("x")

def redefined():  # want: stdout
    print("one")

def redefined():  # want: fs.read!
    open("x").close()

def use():  # want: fs.read!~ # extra: stdout~
    redefined()

def use_read():  # want: fs.read!~
    return read("x")

class Meth:
    def go(self):  # want: stdout
        print("first")
    def go(self):  # want:
        return 1

def use_meth():  # want: # extra: stdout~
    Meth().go()
