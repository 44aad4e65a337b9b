import logging
import time


class Base:
    pause = 0.5

    def wait(self):  # want: sleep!
        time.sleep(__class__.pause)

    def again(self):  # want: sleep!
        return __class__().wait()

    def __repr__(self):  # want:
        return f"<{__class__.__name__}>"

    def __del__(self):  # want:
        __class__ = None
        return __class__


def local_class():  # want:
    class Inner(Base):
        def run(self):  # want: sleep!
            def later():
                return __class__.wait(self)

            return later()

        def quiet(self):  # want:
            del __class__

    return Inner


def runs():  # want: sleep!
    return local_class()().run()


def say(x):  # want: log
    logging.info("%s", x.__class__)
