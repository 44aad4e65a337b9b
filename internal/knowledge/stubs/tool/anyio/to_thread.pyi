# Facts: AnyIO documentation, "Working with threads".

@effect("thread")
@offloads("func")
async def run_sync(func, *args, abandon_on_cancel=..., cancellable=..., limiter=...): ...
