from datetime import datetime

import httpx


class Base:
    client: httpx.Client
    started: datetime

    def get(self, path):  # want: net!
        return self.client.get(path)


class Orders(Base):
    def list(self):  # want: net!
        return self.get("/orders").json()

    def since(self):  # want:
        return self.started.isoformat()


def fetch(orders: Orders):  # want: net!
    return orders.list()
