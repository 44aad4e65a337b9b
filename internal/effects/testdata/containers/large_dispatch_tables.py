import requests


def command_0(arg):  # want:
    return arg * 0


def command_1(arg):  # want:
    return arg * 1


def command_2(arg):  # want:
    return arg * 2


def command_3(arg):  # want:
    return arg * 3


def command_4(arg):  # want:
    return arg * 4


def command_5(arg):  # want:
    return arg * 5


def command_6(arg):  # want:
    return arg * 6


def command_7(arg):  # want:
    return arg * 7


def command_8(arg):  # want:
    return arg * 8


def command_9(arg):  # want:
    return arg * 9


def command_10(arg):  # want:
    return arg * 10


def command_11(arg):  # want:
    return arg * 11


def command_12(arg):  # want:
    return arg * 12


def command_13(arg):  # want:
    return arg * 13


def command_14(arg):  # want:
    return arg * 14


def command_15(arg):  # want:
    return arg * 15


def command_16(arg):  # want:
    return arg * 16


def command_17(arg):  # want: net!
    return requests.get(arg, timeout=3)


def command_18(arg):  # want:
    return arg * 18


def command_19(arg):  # want:
    return arg * 19


def command_20(arg):  # want:
    return arg * 20


def command_21(arg):  # want:
    return arg * 21


def command_22(arg):  # want:
    return arg * 22


def command_23(arg):  # want:
    return arg * 23


def command_24(arg):  # want:
    return arg * 24


def command_25(arg):  # want:
    return arg * 25


def command_26(arg):  # want:
    return arg * 26


def command_27(arg):  # want:
    return arg * 27


def command_28(arg):  # want:
    return arg * 28


def command_29(arg):  # want:
    return arg * 29


COMMANDS = {
    "command-0": command_0,
    "command-1": command_1,
    "command-2": command_2,
    "command-3": command_3,
    "command-4": command_4,
    "command-5": command_5,
    "command-6": command_6,
    "command-7": command_7,
    "command-8": command_8,
    "command-9": command_9,
    "command-10": command_10,
    "command-11": command_11,
    "command-12": command_12,
    "command-13": command_13,
    "command-14": command_14,
    "command-15": command_15,
    "command-16": command_16,
    "command-17": command_17,
    "command-18": command_18,
    "command-19": command_19,
    "command-20": command_20,
    "command-21": command_21,
    "command-22": command_22,
    "command-23": command_23,
    "command-24": command_24,
    "command-25": command_25,
    "command-26": command_26,
    "command-27": command_27,
    "command-28": command_28,
    "command-29": command_29,
}


def run(name, arg):  # want: net!
    return COMMANDS[name](arg)


class Export:
    def __init__(self, path):  # want:
        self.path = path


class Export0(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export1(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export2(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export3(Export):
    def __init__(self, path):  # want: fs.write!
        super().__init__(path)
        open(path, "w").close()


class Export4(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export5(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export6(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export7(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export8(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export9(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export10(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export11(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export12(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export13(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export14(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export15(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export16(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export17(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export18(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export19(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export20(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export21(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export22(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export23(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


class Export24(Export):
    def __init__(self, path):  # want:
        super().__init__(path)


EXPORTS = [Export0, Export1, Export2, Export3, Export4, Export5, Export6, Export7, Export8, Export9, Export10, Export11, Export12, Export13, Export14, Export15, Export16, Export17, Export18, Export19, Export20, Export21, Export22, Export23, Export24]


def export(kind, path):  # want: fs.write!
    return EXPORTS[kind](path)
