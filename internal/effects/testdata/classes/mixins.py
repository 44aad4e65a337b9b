import json
import logging


class LogMixin:
    def note(self, text):  # want: log
        logging.getLogger(type(self).__name__).info(text)


class DiskMixin:
    folder = "/var/data"

    def dump(self, name, value):  # want: fs.write!
        with open(f"{self.folder}/{name}", "w") as f:
            json.dump(value, f)


class Exporter(LogMixin, DiskMixin):
    def export(self, rows):  # want: log fs.write!
        self.dump("rows.json", rows)
        self.note("exported")

    def count(self, rows):  # want:
        return len(rows)


def nightly(rows):  # want: log fs.write!
    Exporter().export(rows)
