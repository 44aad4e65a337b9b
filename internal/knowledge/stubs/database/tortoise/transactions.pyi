# Facts: Tortoise ORM documentation, "Transactions".

@context("transaction")
@effect("db", transaction="begin", blocking=False)
def in_transaction(connection_name=...) -> AsyncContextManager[Any]: ...
@wraps_decorated(context="transaction", factory="both")
def atomic(connection_name=...): ...
