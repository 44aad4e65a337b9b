import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop_api import orders
from shop_api.store import Order, Orders, Product, UnknownProduct

BENCH = Product(sku="BE-0001", title="Bench", price_cents=18900, weight_grams=21000)


class FakeOrders:
    def place(self, order_in):
        if any(line.sku != BENCH.sku for line in order_in.lines):
            raise UnknownProduct("XX-0000")
        return Order(id=7, status="new", total_cents=18900)

    def find(self, order_id):
        return Order(id=7, status="paid", total_cents=18900) if order_id == 7 else None


@pytest.fixture
def client():
    app = FastAPI()
    app.include_router(orders.router)
    app.dependency_overrides[Orders] = FakeOrders
    return TestClient(app)


def body(sku="BE-0001", count=1):
    return {"customer_id": 1, "postcode": "20457", "lines": [{"sku": sku, "count": count}]}


def test_order_is_placed(client):
    response = client.post("/orders", json=body())
    assert response.status_code == 201
    assert response.json() == {"id": 7, "status": "new", "total": "189.00"}


def test_unknown_product_is_refused(client):
    assert client.post("/orders", json=body(sku="XX-0000")).status_code == 422


def test_count_must_be_positive(client):
    assert client.post("/orders", json=body(count=0)).status_code == 422


def test_missing_order(client):
    assert client.get("/orders/8").status_code == 404
