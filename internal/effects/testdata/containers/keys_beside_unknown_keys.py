# An application's one dict: known keys beside many that are put together at run time.
import requests


class Hub:
    def __init__(self):  # want:
        self.data = {}


class Part0:
    def start(self):  # want:
        return 0


def set_up_0(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part0()


class Part1:
    def start(self):  # want:
        return 1


def set_up_1(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part1()


class Part2:
    def start(self):  # want:
        return 2


def set_up_2(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part2()


class Part3:
    def start(self):  # want:
        return 3


def set_up_3(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part3()


class Part4:
    def start(self):  # want:
        return 4


def set_up_4(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part4()


class Part5:
    def start(self):  # want:
        return 5


def set_up_5(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part5()


class Part6:
    def start(self):  # want:
        return 6


def set_up_6(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part6()


class Part7:
    def start(self):  # want:
        return 7


def set_up_7(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part7()


class Part8:
    def start(self):  # want:
        return 8


def set_up_8(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part8()


class Part9:
    def start(self):  # want:
        return 9


def set_up_9(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part9()


class Part10:
    def start(self):  # want:
        return 10


def set_up_10(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part10()


class Part11:
    def start(self):  # want:
        return 11


def set_up_11(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part11()


class Part12:
    def start(self):  # want:
        return 12


def set_up_12(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part12()


class Part13:
    def start(self):  # want:
        return 13


def set_up_13(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part13()


class Part14:
    def start(self):  # want:
        return 14


def set_up_14(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part14()


class Part15:
    def start(self):  # want:
        return 15


def set_up_15(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part15()


class Part16:
    def start(self):  # want:
        return 16


def set_up_16(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part16()


class Part17:
    def start(self):  # want:
        return 17


def set_up_17(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part17()


class Part18:
    def start(self):  # want:
        return 18


def set_up_18(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part18()


class Part19:
    def start(self):  # want:
        return 19


def set_up_19(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part19()


class Part20:
    def start(self):  # want:
        return 20


def set_up_20(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part20()


class Part21:
    def start(self):  # want:
        return 21


def set_up_21(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part21()


class Part22:
    def start(self):  # want:
        return 22


def set_up_22(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part22()


class Part23:
    def start(self):  # want:
        return 23


def set_up_23(hub: Hub, name):  # want:
    hub.data["part." + name + hub.data.get("suffix", "")] = Part23()


def set_up_client(hub: Hub):  # want:
    hub.data["client"] = requests.Session()


def notify(hub: Hub, text):  # want: net!
    hub.data["client"].post("https://example.com/notify", json={"text": text})


hub = Hub()
