import os
import random


def allowed(name):  # want: env
    return name in os.environ["ALLOWED"].split(",")


def route(event):  # want: env random
    match event:
        case {"name": name} if allowed(name):
            return name
        case {"shard": None}:
            return random.randint(0, 9)
    return None


def subject(event):  # want: random
    match random.random():
        case x if x > 0.5:
            return x
    return 0
