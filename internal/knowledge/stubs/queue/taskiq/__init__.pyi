# Facts: taskiq documentation.
from taskiq.brokers.inmemory_broker import InMemoryBroker as InMemoryBroker
from taskiq.abc.broker import AsyncBroker as AsyncBroker
from taskiq.decor import AsyncTaskiqDecoratedTask as AsyncTaskiqDecoratedTask

@depends("dependency")
def TaskiqDepends(dependency=..., *, use_cache=..., kwargs=...): ...
