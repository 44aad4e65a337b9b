from decimal import Decimal

import pytest

from harbor_common.money import Money, total


def test_parse_rounds_half_up():
    assert Money.parse("19.995") == Money(2000)


def test_tax_is_rounded_once():
    assert Money(999).with_tax(Decimal("0.19")) == Money(1189)


def test_total_of_nothing_is_zero():
    assert total([]) == Money(0)


@pytest.mark.parametrize(("cents", "text"), [(5, "0.05"), (100, "1.00"), (123456, "1234.56")])
def test_text(cents, text):
    assert str(Money(cents)) == text
