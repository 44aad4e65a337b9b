# Facts: Prefect documentation, "Blocks".

class Secret:
    @classmethod
    @effect("net", taint="secret")
    def load(cls, name, validate=..., client=...): ...
    def get(self): ...
