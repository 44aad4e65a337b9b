"""What it costs to send an order, and how long it takes."""

from harbor_common.money import Money
from harbor_common.partner import PartnerClient

from .schemas import Quote
from .store import Product

FREE_FROM = Money.parse("250.00")


def parcel_weight(lines: list[tuple[Product, int]]) -> int:
    return sum(product.weight_grams * count for product, count in lines)


def carrier_rates(carrier: PartnerClient, postcode: str, grams: int) -> list[Quote]:
    answer = carrier.get_json("rates", params={"to": postcode, "grams": grams})
    return [
        Quote(carrier=rate["carrier"], price=str(Money(rate["cents"])), days=rate["days"])
        for rate in answer["rates"]
    ]


def cheapest(carrier: PartnerClient, postcode: str, lines: list[tuple[Product, int]], goods: Money) -> Quote:
    rates = carrier_rates(carrier, postcode, parcel_weight(lines))
    best = min(rates, key=lambda quote: (Money.parse(quote.price), quote.days))
    if goods >= FREE_FROM:
        return best.model_copy(update={"price": "0.00"})
    return best
