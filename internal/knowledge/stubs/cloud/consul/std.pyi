# Facts: py-consul documentation; the objects below a client are its endpoints.

class Consul:
    def __init__(self, *args, **kwargs): ...
    kv: _Keys
    agent: _Agent
    catalog: _Endpoint
    health: _Endpoint
    session: _Endpoint
    status: _Endpoint
    event: _Endpoint
    query: _Endpoint
    acl: _Endpoint

class _Keys:
    @effect("db", taint="db")
    def get(self, key, index=..., recurse=..., wait=..., token=..., consistency=..., keys=..., separator=..., dc=...): ...
    @effect("db.write")
    def put(self, key, value, cas=..., flags=..., acquire=..., release=..., token=..., dc=...): ...
    @effect("db.write")
    def delete(self, key, recurse=..., cas=..., token=..., dc=...): ...

class _Agent:
    service: _Endpoint
    check: _Endpoint
    @effect("net")
    def __getattr__(self, name): ...

class _Endpoint:
    @effect("net")
    def __getattr__(self, name): ...
