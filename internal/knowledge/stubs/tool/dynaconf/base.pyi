# Facts: Dynaconf documentation.

class LazySettings:
    def __init__(self, wrapped=..., **kwargs): ...
    @effect("env", taint="env")
    @effect("fs.read")
    def __getattr__(self, item): ...
    @effect("env", taint="env")
    @effect("fs.read")
    def get(self, key, default=...): ...
