# Facts: taskiq-redis documentation: brokers over Redis lists, channels and streams.
from taskiq_redis.redis_broker import ListQueueBroker as ListQueueBroker, PubSubBroker as PubSubBroker, RedisStreamBroker as RedisStreamBroker
