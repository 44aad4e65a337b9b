import os
import sys


def usage(text):  # want: stdout exit
    print(text, file=sys.stderr)
    sys.exit(2)


def abort():  # want: exit
    os._exit(1)


def check(args):  # want: stdout exit
    if len(args) < 2:
        usage("two arguments, please")
    return args[1]


def stop():  # want: exit
    raise SystemExit(3)


def refuse(reason):  # want:
    raise ValueError(reason)
