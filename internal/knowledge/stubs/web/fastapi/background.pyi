# Facts: FastAPI documentation, "Background Tasks": run after the response is sent, plain functions in a thread.

class BackgroundTasks:
    @registers("func",phase="callback")
    def add_task(self, func, *args, **kwargs): ...
