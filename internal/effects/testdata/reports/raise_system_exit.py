import sys


def leave():  # want: exit
    raise SystemExit("bye")


def by_class():  # want: exit
    raise SystemExit


def by_call():  # want: exit
    sys.exit(1)


def main(argv):  # want: exit
    if not argv:
        leave()
    return 0
