# Facts: Tornado documentation, "tornado.httpclient" (20 seconds for connecting and for the request unless set).

class AsyncHTTPClient:
    @effect("net", url="request", timeout="request_timeout", default_timeout=20, blocking=False, taint="external")
    def fetch(self, request, raise_error=..., **kwargs) -> Awaitable[HTTPResponse]: ...

class HTTPClient:
    @effect("net", url="request", timeout="request_timeout", default_timeout=20, taint="external")
    def fetch(self, request, **kwargs) -> HTTPResponse: ...

class HTTPRequest:
    def __init__(self, url, method=..., headers=..., body=..., auth_username=..., auth_password=..., auth_mode=..., connect_timeout=..., request_timeout=...): ...

class HTTPResponse:
    code: int
    body: bytes
