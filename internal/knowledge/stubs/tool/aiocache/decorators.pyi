# Facts: aiocache documentation, "Decorators".

class cached:
    @wraps_decorated(context="cache", factory=True)
    def __init__(self, ttl=..., key=..., namespace=..., key_builder=..., skip_cache_func=..., cache=..., serializer=..., plugins=..., alias=..., noself=..., **kwargs): ...

class cached_stampede(cached):
    @wraps_decorated(context="cache", factory=True)
    def __init__(self, lease=..., **kwargs): ...

class multi_cached:
    @wraps_decorated(context="cache", factory=True)
    def __init__(self, keys_from_attr, namespace=..., key_builder=..., skip_cache_func=..., ttl=..., cache=..., serializer=..., plugins=..., alias=..., **kwargs): ...
