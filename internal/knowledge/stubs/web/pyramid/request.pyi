# Facts: Pyramid documentation, "pyramid.request".

class Request:
    @property
    @effect(taint="user")
    def json_body(self): ...
    @property
    @effect(taint="user")
    def params(self): ...
    @property
    @effect(taint="user")
    def body(self): ...
    @property
    @effect(taint="user")
    def GET(self): ...
    @property
    @effect(taint="user")
    def POST(self): ...
    @property
    @effect(taint="user")
    def headers(self): ...
    @property
    @effect(taint="user")
    def cookies(self): ...
