# Facts: Django documentation, "Request and response objects".

class QueryDict:
    @effect(taint="user")
    def get(self, key, default=...): ...
    @effect(taint="user")
    def getlist(self, key, default=...): ...
    @effect(taint="user")
    def __getitem__(self, key): ...

class HttpRequest:
    method: str
    path: str
    user: Any
    session: SessionBase
    GET: QueryDict
    POST: QueryDict
    COOKIES: dict[str, str]
    META: dict[str, str]
    FILES: dict[str, Any]
    @property
    @effect(taint="user")
    def body(self): ...
    @property
    @effect(taint="user")
    def headers(self): ...
    @effect(taint="user")
    def read(self, *args, **kwargs): ...
    def build_absolute_uri(self, location=...): ...
from django.contrib.sessions.backends.base import SessionBase
