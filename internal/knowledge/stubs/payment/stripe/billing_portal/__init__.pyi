# Facts: Stripe API reference, "Customer Portal".

class Session:
    @classmethod
    @effect("payment", default_timeout=80, idempotent=False)
    def create(cls, **params): ...
    @classmethod
    @effect("payment", default_timeout=80, idempotent=False)
    async def create_async(cls, **params): ...
