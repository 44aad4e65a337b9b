# Facts: Django documentation, "Django's cache framework".
from django.core.cache.backends.base import BaseCache as BaseCache
cache: BaseCache
caches: dict[str, BaseCache]
