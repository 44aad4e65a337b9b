"""A local name hides the library's."""
import time


class time_source:
    @staticmethod
    def sleep(seconds):  # want:
        return seconds


def hidden():  # want:
    time = time_source
    return time.sleep(3)


def parameter(time: time_source):  # want:
    return time.sleep(3)


def real():  # want: sleep!
    time.sleep(3)


def open(path):  # want:
    return path


def mine():  # want:
    return open("x")
