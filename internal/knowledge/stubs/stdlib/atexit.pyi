# Facts: Python documentation, "atexit".
# The function is called when the interpreter ends.
@effect("state")
@registers("func", phase="callback")
def register(func: T, /, *args, **kwargs) -> T: ...
@effect("state")
def unregister(func, /): ...
