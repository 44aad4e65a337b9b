# Facts: Kombu documentation, "kombu.simple".

class SimpleQueue:
    @effect("queue", idempotent=False)
    def put(self, message, serializer=..., headers=..., compression=..., routing_key=..., **kwargs): ...
    @effect("net", timeout="timeout", default_timeout=None, taint="external")
    def get(self, block=..., timeout=...): ...
