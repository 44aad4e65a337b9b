# Facts: APScheduler 3 documentation: `start` does not return.
from apscheduler.schedulers.base import BaseScheduler

class BlockingScheduler(BaseScheduler):
    @effect("sleep", default_timeout=None)
    def start(self, *args, **kwargs): ...
