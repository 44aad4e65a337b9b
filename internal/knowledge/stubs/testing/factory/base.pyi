# Facts: factory_boy documentation, "Reference". `create` saves, `build` does not.

class Factory:
    @classmethod
    @effect("random")
    def build(cls, **kwargs): ...
    @classmethod
    @effect("random")
    def build_batch(cls, size, **kwargs): ...
    @classmethod
    @effect("random")
    @effect("db.write")
    def create(cls, **kwargs): ...
    @classmethod
    @effect("random")
    @effect("db.write")
    def create_batch(cls, size, **kwargs): ...
