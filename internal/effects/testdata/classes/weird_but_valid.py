"""Attributes assigned through setattr, aliases of methods, methods added after the class."""
import time


class Worker:
    def _pause(self):  # want: sleep!
        time.sleep(1)

    pause = _pause

    def run(self):  # want: sleep!
        self.pause()


def extra(self):  # want: clock
    return time.time()


Worker.extra = extra


def use():  # want: clock
    return Worker().extra()


def alias():  # want: sleep!
    Worker().pause()


def unbound(worker: Worker):  # want: sleep!
    Worker.run(worker)
