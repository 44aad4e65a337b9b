# Facts: Redis OM documentation.
from redis_om.model.model import HashModel as HashModel, JsonModel as JsonModel, RedisModel as RedisModel, EmbeddedJsonModel as EmbeddedJsonModel, Field as Field
from redis_om.connections import get_redis_connection as get_redis_connection
