# Facts: Python documentation, "asyncio".
@effect("task")
@awaits("coro_fns")
async def staggered_race(coro_fns, delay, *, loop=...): ...
