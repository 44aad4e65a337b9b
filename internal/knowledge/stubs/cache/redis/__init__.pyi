# Facts: redis-py documentation, "Connecting" and "Commands" (a socket without socket_timeout waits for ever).
from redis.client import Redis as Redis, StrictRedis as StrictRedis
from redis.connection import ConnectionPool as ConnectionPool, BlockingConnectionPool as BlockingConnectionPool
from redis.cluster import RedisCluster as RedisCluster
from redis.sentinel import Sentinel as Sentinel
from redis.utils import from_url as from_url
