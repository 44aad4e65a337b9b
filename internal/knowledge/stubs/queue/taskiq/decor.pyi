# Facts: taskiq documentation.

class AsyncTaskiqDecoratedTask:
    @enqueues("self")
    async def kiq(self, *args, **kwargs): ...
    @calls("self")
    def __call__(self, *args, **kwargs): ...
