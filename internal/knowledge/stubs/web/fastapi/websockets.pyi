# Facts: FastAPI documentation, "WebSockets".
from starlette.websockets import WebSocket as WebSocket, WebSocketDisconnect as WebSocketDisconnect
