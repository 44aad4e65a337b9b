# Facts: Kombu documentation, "kombu.entity".

class Exchange:
    def __init__(self, name=..., type=..., channel=..., **kwargs): ...

class Queue:
    def __init__(self, name=..., exchange=..., routing_key=..., channel=..., bindings=..., on_declared=..., **kwargs): ...
