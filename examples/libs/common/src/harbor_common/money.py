"""Amounts of money: whole cents, one currency, no floats."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, order=True)
class Money:
    cents: int

    @classmethod
    def parse(cls, text: str) -> "Money":
        amount = Decimal(text).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        return cls(int(amount * 100))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents)

    def times(self, count: int) -> "Money":
        return Money(self.cents * count)

    def with_tax(self, rate: Decimal) -> "Money":
        gross = Decimal(self.cents) * (1 + rate)
        return Money(int(gross.to_integral_value(rounding=ROUND_HALF_UP)))

    def __str__(self) -> str:
        return f"{self.cents // 100}.{self.cents % 100:02d}"


def total(amounts: list[Money]) -> Money:
    return Money(sum(amount.cents for amount in amounts))
