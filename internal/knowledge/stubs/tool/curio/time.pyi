# Facts: Curio documentation.

@effect("sleep")
async def sleep(seconds): ...
