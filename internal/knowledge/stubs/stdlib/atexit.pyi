# Facts: Python documentation, "atexit".
# The function is called when the interpreter ends.
@effect("state")
@registers("func", phase="callback")
def register(func, /, *args, **kwargs): ...
@effect("state")
def unregister(func, /): ...
