# Facts: DiskCache documentation: values are kept in files and SQLite, pickled.
from diskcache.core import Cache as Cache
from diskcache.fanout import FanoutCache as FanoutCache
