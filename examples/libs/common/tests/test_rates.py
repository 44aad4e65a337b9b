from harbor_common.money import Money
from harbor_common.rates import convert


def test_a_price_in_dollars_is_plausible():
    price = Money.parse("100.00")
    assert Money.parse("50.00") < convert(price, "USD") < Money.parse("300.00")
