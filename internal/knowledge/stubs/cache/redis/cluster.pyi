# Facts: redis-py documentation, "Redis Cluster".
from redis.client import Redis as Redis

class RedisCluster(Redis):
    @effect("db", timeout="class:socket_timeout", default_timeout=None)
    def __init__(self, host=..., port=..., startup_nodes=..., cluster_error_retry_attempts=..., retry=..., require_full_coverage=..., reinitialize_steps=..., read_from_replicas=..., load_balancing_strategy=..., dynamic_startup_nodes=..., url=..., **kwargs): ...
