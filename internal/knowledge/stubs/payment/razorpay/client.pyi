# Facts: Razorpay Python SDK documentation.

class Client:
    order: _Resource
    payment: _Resource
    refund: _Resource
    customer: _Resource
    invoice: _Resource
    subscription: _Resource
    payment_link: _Resource
    plan: _Resource
    utility: Any
    def __init__(self, session=..., auth=..., **options): ...

class _Resource:
    @effect("payment", timeout="timeout", default_timeout=None, idempotent=False)
    def create(self, data=..., **kwargs): ...
    @effect("payment", timeout="timeout", default_timeout=None, idempotent=False)
    def capture(self, payment_id, amount, data=..., **kwargs): ...
    @effect("payment", timeout="timeout", default_timeout=None, idempotent=False)
    def refund(self, payment_id, amount=..., data=..., **kwargs): ...
    @effect("payment", timeout="timeout", default_timeout=None, idempotent=False)
    def cancel(self, id, data=..., **kwargs): ...
    @effect("payment", timeout="timeout", default_timeout=None, idempotent=False)
    def edit(self, id, data=..., **kwargs): ...
    @effect("net", timeout="timeout", default_timeout=None)
    def fetch(self, id, data=..., **kwargs): ...
    @effect("net", timeout="timeout", default_timeout=None)
    def all(self, data=..., **kwargs): ...
