# Facts: Python documentation, "timeit".
@effect("exec", sink="stmt")
@effect("clock")
@calls("stmt", "setup", "timer")
def timeit(stmt=..., setup=..., timer=..., number=..., globals=...) -> float: ...
@effect("exec", sink="stmt")
@effect("clock")
@calls("stmt", "setup", "timer")
def repeat(stmt=..., setup=..., timer=..., repeat=..., number=..., globals=...) -> list[float]: ...
@effect("clock")
def default_timer() -> float: ...

class Timer:
    @registers("stmt", phase="callback")
    @registers("setup", phase="callback")
    def __init__(self, stmt=..., setup=..., timer=..., globals=...): ...
    @effect("clock")
    @effect("exec")
    def timeit(self, number=...) -> float: ...
    @effect("clock")
    @effect("exec")
    def repeat(self, repeat=..., number=...) -> list[float]: ...
    @effect("clock")
    @effect("exec")
    def autorange(self, callback=..., target_time=...) -> tuple[int, float]: ...
    @effect("stdout")
    def print_exc(self, file=..., **kwargs): ...
