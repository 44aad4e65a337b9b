import threading
import time

import requests


class Heartbeat:
    def __init__(self, url):  # want:
        self.url = url
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._loop, daemon=True)

    def start(self):  # want: thread net sleep
        self.thread.start()

    def stop(self):  # want: sleep!
        self.stopped.set()
        self.thread.join()

    def _loop(self):  # want: net! sleep!
        while not self.stopped.is_set():
            requests.post(self.url, timeout=3)
            time.sleep(30)
