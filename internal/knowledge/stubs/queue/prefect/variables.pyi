# Facts: Prefect documentation, "Variables".

class Variable:
    @classmethod
    @effect("net")
    def get(cls, name, default=...): ...
    @classmethod
    @effect("net", write=True)
    def set(cls, name, value, tags=..., overwrite=...): ...
