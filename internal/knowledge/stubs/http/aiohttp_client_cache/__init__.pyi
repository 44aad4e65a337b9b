# Facts: aiohttp-client-cache documentation.
from aiohttp_client_cache.session import CachedSession as CachedSession

class SQLiteBackend:
    def __init__(self, *args, **kwargs): ...

class FileBackend:
    def __init__(self, *args, **kwargs): ...

class RedisBackend:
    def __init__(self, cache_name=..., address=..., **kwargs): ...

class CacheBackend:
    def __init__(self, cache_name=..., expire_after=..., urls_expire_after=..., allowed_codes=..., allowed_methods=..., include_headers=..., ignored_params=..., autoclose=..., cache_control=..., filter_fn=..., **kwargs): ...
