# Facts: PayPal Python REST SDK README.

class Payment:
    @effect("payment", default_timeout=None, idempotent=False)
    def create(self, refresh_token=..., correlation_id=...): ...
    @effect("payment", default_timeout=None, idempotent=False)
    def execute(self, attributes): ...
    @classmethod
    @effect("net", default_timeout=None)
    def find(cls, resource_id, api=..., refresh_token=...): ...
    @classmethod
    @effect("net", default_timeout=None)
    def all(cls, params=..., api=...): ...

class Payout:
    @effect("payment", default_timeout=None, idempotent=False)
    def create(self, sync_mode=..., **kwargs): ...
    @classmethod
    @effect("net", default_timeout=None)
    def find(cls, resource_id, api=..., refresh_token=...): ...

class Refund:
    @classmethod
    @effect("net", default_timeout=None)
    def find(cls, resource_id, api=..., refresh_token=...): ...

class Sale:
    @effect("payment", default_timeout=None, idempotent=False)
    def refund(self, attributes): ...
    @classmethod
    @effect("net", default_timeout=None)
    def find(cls, resource_id, api=..., refresh_token=...): ...
