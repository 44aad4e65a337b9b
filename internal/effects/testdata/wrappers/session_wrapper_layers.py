"""A client in an attribute of an attribute, behind a factory and a property."""
import logging

import httpx


class Transport:
    def __init__(self, base):  # want:
        self._client = httpx.Client(base_url=base, timeout=3)

    @property
    def client(self):  # want:
        return self._client

    def close(self):
        self._client.close()


class Orders:
    def __init__(self, transport: Transport):  # want:
        self.transport = transport

    def get(self, i):  # want: net!
        return self.transport.client.get(f"/orders/{i}").json()


class Shop:
    def __init__(self):  # want:
        self.transport = Transport("https://shop.example.com")
        self.orders = Orders(self.transport)

    def total(self, ids):  # want: net! log
        total = sum(self.orders.get(i)["total"] for i in ids)
        logging.info("total %s", total)
        return total


def main():  # want: net! log
    shop = Shop()
    return shop.total([1, 2])
