# Facts: redis-py documentation, "Asyncio Examples".
from redis.asyncio.client import Redis as Redis, StrictRedis as StrictRedis
from redis.asyncio.cluster import RedisCluster as RedisCluster
from redis.asyncio.connection import ConnectionPool as ConnectionPool
from redis.asyncio.utils import from_url as from_url
