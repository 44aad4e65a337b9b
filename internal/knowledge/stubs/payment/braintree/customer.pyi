# Facts: Braintree Python SDK documentation, "Customer".

class Customer:
    @staticmethod
    @effect("payment", default_timeout=60, idempotent=False)
    def create(params=...): ...
    @staticmethod
    @effect("payment", default_timeout=60, idempotent=False)
    def update(customer_id, params=...): ...
    @staticmethod
    @effect("payment", default_timeout=60, idempotent=False)
    def delete(customer_id): ...
    @staticmethod
    @effect("net", default_timeout=60)
    def find(customer_id, association_filter_id=...): ...
    @staticmethod
    @effect("net", default_timeout=60)
    def search(*query): ...
