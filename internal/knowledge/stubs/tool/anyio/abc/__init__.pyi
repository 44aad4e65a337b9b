# Facts: AnyIO documentation, "Creating and managing tasks".

class TaskGroup:
    @schedules("func")
    @effect("task")
    def start_soon(self, func, *args, name=...): ...
    @awaits("func")
    @effect("task")
    async def start(self, func, *args, name=..., return_handle=...): ...
