# Facts: Starlette documentation, "Requests".
from starlette.applications import Starlette
from starlette.datastructures import State

class Request:
    method: str
    app: Starlette
    state: State
    @property
    @effect(taint="user")
    def query_params(self): ...
    @property
    @effect(taint="user")
    def headers(self): ...
    @property
    @effect(taint="user")
    def path_params(self): ...
    @property
    @effect(taint="user")
    def cookies(self): ...
    @effect(taint="user")
    async def json(self): ...
    @effect(taint="user")
    async def body(self): ...
    @effect(taint="user")
    def form(self, *, max_files=..., max_fields=..., max_part_size=...): ...
    @effect(taint="user")
    def stream(self) -> AsyncIterator[bytes]: ...
