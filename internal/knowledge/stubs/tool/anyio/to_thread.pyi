# Facts: AnyIO documentation, "Working with threads".

@offloads("func")
async def run_sync(func, *args, abandon_on_cancel=..., cancellable=..., limiter=...): ...
