from harbor_common.money import Money
from harbor_common.partner import PartnerClient

from shop_api.shipping import cheapest, parcel_weight
from shop_api.store import Product

BENCH = Product(sku="BE-0001", title="Bench", price_cents=18900, weight_grams=21000)
STOOL = Product(sku="ST-0004", title="Stool", price_cents=4900, weight_grams=3500)


def test_weight_counts_every_piece():
    assert parcel_weight([(BENCH, 1), (STOOL, 2)]) == 28000


def test_free_from_250():
    carrier = PartnerClient("carrier", "https://sandbox.carrier.example")
    quote = cheapest(carrier, "20457", [(BENCH, 2)], Money.parse("378.00"))
    assert quote.price == "0.00"
