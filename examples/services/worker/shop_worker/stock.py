"""Stock levels, from the supplier's API."""

from sqlalchemy import text

from harbor_common.partner import PartnerClient
from shop_worker import settings
from shop_worker.db import Session


def supplier():
    return PartnerClient("supplier", settings.SUPPLIER_URL)


def level(client, sku):
    return client.get_json(f"stock/{sku}", timeout=10)["available"]


def refresh():
    client = supplier()
    with Session.begin() as session:
        skus = session.execute(text("SELECT sku FROM product FOR UPDATE")).scalars().all()
        for sku in skus:
            session.execute(
                text("UPDATE product SET stock = :stock WHERE sku = :sku"),
                {"stock": level(client, sku), "sku": sku},
            )
    return len(skus)
