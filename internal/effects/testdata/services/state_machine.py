import enum
import logging
import smtplib


class State(enum.Enum):
    NEW = 1
    PAID = 2
    SENT = 3


class Parcel:
    def __init__(self):  # want:
        self.state = State.NEW

    def _paid(self):  # want: log
        logging.info("paid")
        self.state = State.PAID

    def _sent(self):  # want: net! notify!
        with smtplib.SMTP("mail") as server:
            server.sendmail("a", "b", "sent")
        self.state = State.SENT

    transitions = {State.NEW: _paid, State.PAID: _sent}

    def next(self):  # want: log net! notify!
        step = self.transitions[self.state]
        step(self)

    def done(self):  # want:
        return self.state is State.SENT
