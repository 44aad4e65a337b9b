"""Fakes beside the real thing: a fake has none of its effects."""
import stripe
from typing import Protocol


class Payments(Protocol):
    def charge(self, customer, cents): ...


class Stripe:
    def charge(self, customer, cents):  # want: payment!
        return stripe.PaymentIntent.create(customer=customer, amount=cents, currency="eur")


class Fake:
    def __init__(self):  # want:
        self.charged = []

    def charge(self, customer, cents):  # want:
        self.charged.append((customer, cents))


class Checkout:
    def __init__(self, payments: Payments):  # want:
        self.payments = payments

    def pay(self, customer, total):  # want: payment!~
        self.payments.charge(customer, int(total * 100))


def live():  # want: payment!~
    Checkout(Stripe()).pay("c", 10)


def fake_alone():  # want:
    Fake().charge("c", 10)
