import logging

MODELS = {}


def register(cls):  # want: state
    MODELS[cls.__name__] = cls
    return cls


def with_log(cls):  # want:
    original = cls.run

    def run(self):  # want: log fs.read!
        logging.info("run")
        return original(self)

    cls.run = run
    return cls


@register
class Plain:
    def run(self):  # want:
        return 1


@with_log
class Noisy:
    def run(self):  # want: fs.read!
        return open("x").read()


def plain():  # want:
    return Plain().run()


def noisy():  # want: log fs.read!
    return Noisy().run()
