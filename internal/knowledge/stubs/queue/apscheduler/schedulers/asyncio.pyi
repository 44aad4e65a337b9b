# Facts: APScheduler 3 documentation: runs in the event loop.
from apscheduler.schedulers.base import BaseScheduler

class AsyncIOScheduler(BaseScheduler):
    @effect("task")
    def start(self, paused=...): ...
