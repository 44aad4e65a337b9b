import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop_api import catalog
from shop_api.settings import Settings, get_settings


def settings():
    return Settings(
        database_url="postgresql://unused",
        redis_url="redis://unused",
        carrier_url="https://carrier.example",
        reviews_url="https://reviews.example",
    )


def client():
    app = FastAPI()
    app.include_router(catalog.router)
    app.dependency_overrides[get_settings] = settings
    return TestClient(app)


def test_reviews_of_an_unknown_product_are_empty(monkeypatch):
    async def get(self, url):
        return httpx.Response(404)

    monkeypatch.setattr(httpx.AsyncClient, "get", get)
    assert client().get("/products/BE-0001/reviews").json() == []
