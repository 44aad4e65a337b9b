"""An argument of which no call tells anything is of the class that its annotation names, or of one made from it."""
import requests


class Sender:
    def send(self, text):  # want: net!~
        self.emit(text.upper())

    def emit(self, text):  # want:
        pass


class HttpSender(Sender):
    def emit(self, text):  # want: net!
        requests.post("https://example.com", data=text, timeout=3)


class Quiet(Sender):
    pass


def through(sender: Sender, text):  # want: net!~
    sender.send(text)


def hand_on(sender: Sender | None):  # want: net!~
    if sender is not None:
        sender.emit("x")


def told(sender: Sender):  # want:
    sender.emit("x")


def quietly():  # want:
    told(Quiet())


class Service:
    def __init__(self, sender: Sender):
        self.sender = sender

    def run(self):  # want: net!~
        self.sender.emit("x")


class Base:
    def work(self):  # want:
        pass


class A(Base):
    def work(self):  # want: stdout
        print("a")


class B(Base):
    pass


class C(Base):
    pass


class D(Base):
    pass


class E(Base):
    pass


class F(Base):
    pass


class G(Base):
    pass


def one_of_many(base: Base):  # want:
    base.work()
