# Facts: Flask documentation, "Incoming Request Data".
from werkzeug.datastructures import _Files

class Request:
    method: str
    path: str
    @property
    @effect(taint="user")
    def args(self): ...
    @property
    @effect(taint="user")
    def form(self): ...
    @property
    @effect(taint="user")
    def values(self): ...
    @property
    @effect(taint="user")
    def files(self) -> _Files: ...
    @property
    @effect(taint="user")
    def json(self): ...
    @property
    @effect(taint="user")
    def data(self): ...
    @property
    @effect(taint="user")
    def cookies(self): ...
    @property
    @effect(taint="user")
    def stream(self): ...
    headers: dict[str, str]
    view_args: dict[str, Any]
    @effect(taint="user")
    def get_json(self, force=..., silent=..., cache=...): ...
    @effect(taint="user")
    def get_data(self, cache=..., as_text=..., parse_form_data=...): ...

class Response:
    status_code: int
    data: bytes
    headers: dict[str, str]
    def get_json(self, force=..., silent=...): ...
    def set_cookie(self, key, value=..., max_age=..., expires=..., path=..., domain=..., secure=..., httponly=..., samesite=..., partitioned=...): ...
