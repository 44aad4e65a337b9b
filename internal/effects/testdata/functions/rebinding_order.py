"""Within a function the order of statements counts."""
import os
import time


def after():  # want:
    action = os.remove
    action = len
    return action("x")


def before():  # want: fs.write!
    action = os.remove
    action("x")
    action = len
    return action


def branch(flag):  # want: fs.write! sleep!
    if flag:
        action = os.remove
    else:
        action = time.sleep
    action("x")


def loop(items):  # want: sleep!
    action = len
    for item in items:
        action(item)
        action = time.sleep


def deleted():  # want:
    f = time.sleep
    del f
    return 1
