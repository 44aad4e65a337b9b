import logging
import sys
import warnings

logger = logging.getLogger("billing")


def done(count):  # want: log
    logger.info("billed %d customers", count)


def show(rows):  # want: stdout
    for row in rows:
        print(row)


def complain(text):  # want: stdout
    sys.stderr.write(text)


def both(rows):  # want: log stdout
    show(rows)
    done(len(rows))


def child():  # want:
    return logger.getChild("cards")


def root(text):  # want: log
    logging.warning(text)
