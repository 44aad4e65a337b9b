# Facts: websockets documentation, "Client (asyncio)".
from websockets.asyncio.connection import Connection

@effect("net", url="uri", timeout="open_timeout", default_timeout=10, blocking=False)
def connect(uri, *, open_timeout=..., ping_interval=..., ping_timeout=..., close_timeout=..., **kwargs) -> AsyncContextManager[Connection]: ...
