# Facts: Django REST framework documentation, "Requests".

class Request:
    user: Any
    auth: Any
    @property
    @effect(taint="user")
    def data(self): ...
    @property
    @effect(taint="user")
    def query_params(self): ...
    @property
    @effect(taint="user")
    def FILES(self): ...
    @property
    @effect(taint="user")
    def POST(self): ...
