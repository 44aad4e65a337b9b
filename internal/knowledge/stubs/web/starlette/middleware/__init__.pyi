# Facts: Starlette documentation, "Middleware".

class Middleware:
    def __init__(self, cls, *args, **kwargs): ...
