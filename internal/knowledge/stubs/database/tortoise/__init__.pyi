# Facts: Tortoise ORM documentation, "Set up".

class Tortoise:
    @classmethod
    @effect("db")
    async def init(cls, config=..., config_file=..., _create_db=..., db_url=..., modules=..., use_tz=..., timezone=..., routers=..., table_name_generator=..., init_connections=..., _enable_global_fallback=...): ...
    @classmethod
    @effect("db")
    async def generate_schemas(cls, safe=...): ...
    @classmethod
    @effect("db")
    async def close_connections(cls): ...

@awaits("coro")
@effect("listen")
def run_async(coro): ...
