"""Routes for products and what customers say about them."""

import httpx
from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel

from harbor_common.money import Money

from .settings import Settings, get_settings
from .store import Orders

router = APIRouter(prefix="/products", tags=["products"])


class ProductOut(BaseModel):
    sku: str
    title: str
    price: str


@router.get("/{sku}")
def read_product(sku: str, orders: Orders = Depends()) -> ProductOut:
    product = orders.products([sku]).get(sku)
    if product is None:
        raise HTTPException(404, "no such product")
    return ProductOut(sku=product.sku, title=product.title, price=str(Money(product.price_cents)))


@router.get("/{sku}/reviews")
async def read_reviews(sku: str, settings: Settings = Depends(get_settings)) -> list[dict]:
    async with httpx.AsyncClient(base_url=str(settings.reviews_url), timeout=settings.outbound_timeout) as client:
        response = await client.get(f"/products/{sku}/reviews")
    if response.status_code == 404:
        return []
    response.raise_for_status()
    return response.json()["reviews"]
