# Facts: aio-pika documentation.
from aio_pika.abc import AbstractRobustConnection
from aio_pika.message import Message as Message

@effect("net", url="url", timeout="timeout", default_timeout=None)
async def connect_robust(url=..., *, timeout=..., **kwargs) -> AbstractRobustConnection: ...
@effect("net", url="url", timeout="timeout", default_timeout=None)
async def connect(url=..., *, timeout=..., **kwargs) -> AbstractRobustConnection: ...
