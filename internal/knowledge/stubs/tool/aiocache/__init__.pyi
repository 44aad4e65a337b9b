# Facts: aiocache documentation.
from aiocache.decorators import cached as cached, cached_stampede as cached_stampede, multi_cached as multi_cached
from aiocache.base import BaseCache

class Cache(BaseCache): ...
