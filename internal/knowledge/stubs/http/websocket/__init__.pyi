# Facts: websocket-client documentation (no timeout unless one is given).
from websocket._core import WebSocket as WebSocket, create_connection as create_connection
from websocket._app import WebSocketApp as WebSocketApp

@effect("state")
def setdefaulttimeout(timeout): ...
@effect("state")
def enableTrace(traceable, handler=..., level=...): ...
