# Facts: FastAPI documentation, "Background Tasks": run after the response is sent, plain functions in a thread.
from starlette.background import BackgroundTasks as StarletteBackgroundTasks

class BackgroundTasks(StarletteBackgroundTasks):
    @registers("func",phase="callback")
    @offloads("func")
    def add_task(self, func, *args, **kwargs): ...
