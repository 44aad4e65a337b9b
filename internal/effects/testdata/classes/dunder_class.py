import time


class Version:
    NUMBERS = ("1", "2")

    @staticmethod
    def all():  # want: clock
        return [__class__(n) for n in __class__.NUMBERS]

    @staticmethod
    def newest():  # want: clock
        return [v for v in __class__.all() if v.made][-1]

    def __init__(self, number):  # want: clock
        self.number = number
        self.made = time.time()

    def again(self):  # want: clock
        if __class__:
            return __class__(self.number)

    def twice(self, other):  # want:
        return isinstance(other, __class__)

    class Part:
        def made(self):  # want:
            return __class__


def lookup():  # want:
    class Inner:
        def make(self):  # want:
            return [__class__() for _ in range(2)]

    return Inner().make()
