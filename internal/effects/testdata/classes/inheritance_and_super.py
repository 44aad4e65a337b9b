import logging
import time


class Job:
    def run(self):  # want: log sleep! fs.read! fs.write!
        self.before()
        self.work()

    def before(self):  # want: log
        logging.info("start")

    def work(self):  # want:
        pass


class Slow(Job):
    def work(self):  # want: sleep!
        super().work()
        time.sleep(1)


class Disk(Slow):
    def before(self):  # want: log fs.write!
        super().before()
        open("lock", "w").close()

    def work(self):  # want: sleep! fs.read!
        super().work()
        open("lock").read()


def slow():  # want: log sleep!
    Slow().run()


def disk():  # want: log sleep! fs.write! fs.read!
    Disk().run()


def plain():  # want: log
    Job().run()
