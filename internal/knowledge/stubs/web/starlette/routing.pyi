# Facts: Starlette documentation, "Routing".

class Route:
    @registers("endpoint",phase="request")
    def __init__(self, path, endpoint, *, methods=..., name=..., include_in_schema=..., middleware=..., max_body_size=...): ...

class WebSocketRoute:
    @registers("endpoint",phase="request")
    def __init__(self, path, endpoint, *, name=..., middleware=...): ...

class Mount:
    def __init__(self, path, app=..., routes=..., name=..., *, middleware=..., max_body_size=...): ...

class Router:
    @registers("lifespan",phase="startup")
    def __init__(self, routes=..., redirect_slashes=..., default=..., lifespan=..., *, middleware=..., max_body_size=...): ...
    @registers("endpoint",phase="request")
    def add_route(self, path, endpoint, methods=..., name=..., include_in_schema=...): ...
    @registers("endpoint",phase="request")
    def add_websocket_route(self, path, endpoint, name=...): ...
