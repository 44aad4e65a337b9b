import threading
import time


class Poller(threading.Thread):
    def __init__(self, interval):  # want:
        super().__init__(daemon=True)
        self.interval = interval

    def run(self):  # want: sleep! stdout
        while True:
            time.sleep(self.interval)
            print("poll")


def start():  # want: thread sleep stdout
    Poller(3).start()


def made():  # want:
    return Poller(3)


def direct():  # want: sleep! stdout
    Poller(3).run()
