# Facts: Starlette documentation, "Background Tasks".

class BackgroundTask:
    @registers("func",phase="callback")
    @offloads("func")
    def __init__(self, func, *args, **kwargs): ...

class BackgroundTasks(BackgroundTask):
    @registers("func",phase="callback")
    @offloads("func")
    def add_task(self, func, *args, **kwargs): ...
