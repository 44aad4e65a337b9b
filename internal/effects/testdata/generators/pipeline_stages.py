import gzip
import json
import logging

log = logging.getLogger(__name__)


def lines(path):  # want: fs.read!
    with gzip.open(path, "rt") as f:
        yield from f


def parsed(source):  # want: log fs.read!
    for line in source:
        try:
            yield json.loads(line)
        except ValueError:
            log.warning("bad line")


def recent(source, since):  # want:
    return (e for e in source if e["at"] > since)


def build(path, since):  # want:
    return recent(parsed(lines(path)), since)


def count(path, since):  # want: fs.read! log
    return sum(1 for _ in build(path, since))


def export(path, out):  # want: fs.read! fs.write! log
    with open(out, "w") as f:
        for event in parsed(lines(path)):
            f.write(json.dumps(event))
