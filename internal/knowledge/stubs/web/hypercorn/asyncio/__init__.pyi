# Facts: Hypercorn documentation, "API usage".

@effect("listen")
async def serve(app, config, *, shutdown_trigger=..., mode=...): ...
