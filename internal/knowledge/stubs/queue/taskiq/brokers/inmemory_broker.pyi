# Facts: taskiq documentation, "Available brokers".
from taskiq.abc.broker import AsyncBroker

class InMemoryBroker(AsyncBroker):
    def __init__(self, sync_tasks_pool_size=..., max_stored_results=..., cast_types=..., max_async_tasks=..., max_async_tasks_jitter=..., propagate_exceptions=..., await_inplace=...): ...
