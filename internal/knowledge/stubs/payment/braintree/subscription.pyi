# Facts: Braintree Python SDK documentation, "Subscription".

class Subscription:
    @staticmethod
    @effect("payment", default_timeout=60, idempotent=False)
    def create(params=...): ...
    @staticmethod
    @effect("payment", default_timeout=60, idempotent=False)
    def update(subscription_id, params=...): ...
    @staticmethod
    @effect("payment", default_timeout=60, idempotent=False)
    def cancel(subscription_id): ...
    @staticmethod
    @effect("net", default_timeout=60)
    def find(subscription_id): ...
    @staticmethod
    @effect("net", default_timeout=60)
    def search(*query): ...
