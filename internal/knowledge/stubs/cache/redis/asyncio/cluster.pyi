# Facts: redis-py documentation, "Redis Cluster".
from redis.asyncio.client import Redis

class RedisCluster(Redis):
    def __init__(self, host=..., port=..., startup_nodes=..., require_full_coverage=..., read_from_replicas=..., load_balancing_strategy=..., dynamic_startup_nodes=...): ...
