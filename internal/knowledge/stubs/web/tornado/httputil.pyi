# Facts: Tornado documentation, "tornado.httputil".

class HTTPServerRequest:
    @property
    @effect(taint="user")
    def body(self): ...
    @property
    @effect(taint="user")
    def arguments(self): ...
    @property
    @effect(taint="user")
    def headers(self): ...
    @property
    @effect(taint="user")
    def cookies(self): ...
