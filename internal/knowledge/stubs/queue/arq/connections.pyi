# Facts: arq documentation, "API Reference". The function is named by its name.

@effect("net")
async def create_pool(settings_=..., *, retry=..., job_serializer=..., job_deserializer=..., default_queue_name=..., expires_extra_ms=...) -> ArqRedis: ...
class ArqRedis:
    @effect("queue", idempotent=False)
    async def enqueue_job(self, function, *args, _job_id=..., _queue_name=..., _defer_until=..., _defer_by=..., _expires=..., _job_try=..., **kwargs): ...

class RedisSettings:
    def __init__(self, host=..., port=..., unix_socket_path=..., database=..., username=..., password=..., ssl=...): ...
