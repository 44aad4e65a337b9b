import json
import time


class Config:
    def __init__(self, values):  # want:
        self.values = values

    @classmethod
    def from_file(cls, path):  # want: fs.read!
        with open(path) as f:
            return cls(json.load(f))

    @classmethod
    def default(cls):  # want: fs.read!
        return cls.from_file("/etc/app.json")

    @staticmethod
    def stamp():  # want: clock
        return time.time()

    def fresh(self):  # want: clock
        return self.values["at"] > self.stamp() - 60


def is_fresh():  # want: fs.read! clock
    return Config.default().fresh()


def stamp():  # want: clock
    return Config.stamp()
