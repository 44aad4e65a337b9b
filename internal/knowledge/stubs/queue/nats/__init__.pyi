# Facts: nats.py documentation.
from nats.aio.client import Client

@effect("net", url="servers")
async def connect(servers=..., **options) -> Client: ...
