# Facts: Redis OM documentation, "Getting Started"; the address is that of REDIS_OM_URL unless given.
from redis.client import Redis
@effect("env")
def get_redis_connection(**kwargs) -> Redis: ...
