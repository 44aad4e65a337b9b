# Facts: Trio documentation, "Threads".

@effect("thread")
@offloads("sync_fn")
async def run_sync(sync_fn, *args, thread_name=..., abandon_on_cancel=..., limiter=...): ...
