# Facts: Curio documentation.

@schedules("corofunc")
@effect("task")
async def spawn(corofunc, *args, daemon=...): ...
