# Facts: APScheduler 3 documentation: runs in a thread of its own.
from apscheduler.schedulers.base import BaseScheduler

class BackgroundScheduler(BaseScheduler):
    @effect("thread")
    def start(self, *args, **kwargs): ...
