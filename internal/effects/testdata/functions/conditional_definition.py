import sys
import time

if sys.platform == "win32":

    def clear():  # want: subprocess!
        import os

        os.system("cls")

else:

    def clear():  # want: stdout
        print("\033c", end="")


try:
    from time import monotonic as tick
except ImportError:

    def tick():
        return 0


def refresh():  # want: subprocess! stdout
    clear()


def ticks():  # want: clock
    return tick()


def wait():  # want: sleep!
    time.sleep(1)
