# Facts: websockets documentation, "API reference" (opening times out after 10 seconds).
from websockets.asyncio.client import connect as connect
from websockets.asyncio.server import serve as serve
