# Facts: websockets documentation, "Client (threading)".
from websockets.sync.connection import Connection

@effect("net", url="uri", timeout="open_timeout", default_timeout=10)
def connect(uri, *, open_timeout=..., **kwargs) -> Connection: ...
