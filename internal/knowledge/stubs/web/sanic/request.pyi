# Facts: Sanic documentation, "Request".

from sanic.app import Sanic

class Request:
    app: Sanic
    @property
    @effect(taint="user")
    def json(self): ...
    @property
    @effect(taint="user")
    def form(self): ...
    @property
    @effect(taint="user")
    def files(self): ...
    @property
    @effect(taint="user")
    def args(self): ...
    @property
    @effect(taint="user")
    def body(self): ...
    @property
    @effect(taint="user")
    def headers(self): ...
    @property
    @effect(taint="user")
    def cookies(self): ...
    @property
    @effect(taint="user")
    def query_args(self): ...
