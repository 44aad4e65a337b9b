"""Routes for orders."""

import logging

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool

from harbor_common.money import Money

from . import shipping
from .schemas import OrderIn, OrderOut, Quote
from .store import Order, Orders, UnknownProduct

log = logging.getLogger(__name__)
router = APIRouter(prefix="/orders", tags=["orders"])


def as_out(order: Order) -> OrderOut:
    return OrderOut(id=order.id, status=order.status, total=str(Money(order.total_cents)))


@router.post("", status_code=201)
def place_order(order_in: OrderIn, orders: Orders = Depends()) -> OrderOut:
    try:
        order = orders.place(order_in)
    except UnknownProduct as error:
        raise HTTPException(422, f"unknown product: {error}") from error
    log.info("order %s placed with %d lines", order.id, len(order_in.lines))
    return as_out(order)


@router.get("/{order_id}")
def read_order(order_id: int, orders: Orders = Depends()) -> OrderOut:
    order = orders.find(order_id)
    if order is None:
        raise HTTPException(404, "no such order")
    return as_out(order)


@router.post("/quote")
async def quote(order_in: OrderIn, request: Request, orders: Orders = Depends()) -> Quote:
    products = await run_in_threadpool(orders.products, [line.sku for line in order_in.lines])
    lines = [(products[line.sku], line.count) for line in order_in.lines if line.sku in products]
    goods = Money(sum(product.price_cents * count for product, count in lines))
    return shipping.cheapest(request.app.state.carrier, order_in.postcode, lines, goods)
