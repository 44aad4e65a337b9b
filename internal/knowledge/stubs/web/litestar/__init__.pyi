# Facts: Litestar documentation, "Routing" and "Applications". Plain functions run in the event loop unless sync_to_thread is set.
from litestar.handlers import get as get, post as post, put as put, patch as patch, delete as delete, route as route, websocket as websocket, head as head
from litestar.connection import Request as Request, WebSocket as WebSocket
from litestar.controller import Controller as Controller
from litestar.router import Router as Router

@framework("asgi-app")
class Litestar:
    @registers("on_startup","on_shutdown",phase="startup")
    def __init__(self, route_handlers=..., *, on_startup=..., on_shutdown=..., lifespan=..., dependencies=..., middleware=...): ...
