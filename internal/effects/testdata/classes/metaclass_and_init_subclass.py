import logging

REGISTRY = {}


class Plugin:
    def __init_subclass__(cls, **kwargs):  # want: state log
        super().__init_subclass__(**kwargs)
        REGISTRY[cls.__name__] = cls
        logging.info("plugin %s", cls)

    def run(self):  # want:
        raise NotImplementedError


class Export(Plugin):
    def run(self):  # want: fs.write!
        open("out", "w").close()


def run(name):
    return REGISTRY[name]().run()


def export():  # want: fs.write!
    Export().run()
