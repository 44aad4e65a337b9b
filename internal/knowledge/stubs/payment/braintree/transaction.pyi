# Facts: Braintree Python SDK documentation, "Transaction".

class Transaction:
    @staticmethod
    @effect("payment", default_timeout=60, idempotent=False)
    def sale(params=...): ...
    @staticmethod
    @effect("payment", default_timeout=60, idempotent=False)
    def credit(params=...): ...
    @staticmethod
    @effect("payment", default_timeout=60, idempotent=False)
    def refund(transaction_id, amount_or_options=...): ...
    @staticmethod
    @effect("payment", default_timeout=60, idempotent=False)
    def void(transaction_id, params=...): ...
    @staticmethod
    @effect("payment", default_timeout=60, idempotent=False)
    def submit_for_settlement(transaction_id, amount=..., params=...): ...
    @staticmethod
    @effect("net", default_timeout=60)
    def find(transaction_id): ...
    @staticmethod
    @effect("net", default_timeout=60)
    def search(*query): ...
