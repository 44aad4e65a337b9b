# Facts: Python documentation, "uuid".
import builtins

class UUID:
    hex: str
    int: builtins.int
    bytes: builtins.bytes
    urn: str
    fields: tuple[builtins.int, ...]
    version: builtins.int
    time: builtins.int
    node: builtins.int
    def __init__(self, hex=..., bytes=..., bytes_le=..., fields=..., int=..., version=..., *, is_safe=...): ...

@effect("random")
@effect("clock")
def uuid1(node=..., clock_seq=...) -> UUID: ...
@effect("random")
@effect("clock")
def uuid6(node=..., clock_seq=...) -> UUID: ...
@effect("random")
@effect("clock")
def uuid7() -> UUID: ...
@effect("random")
def uuid4() -> UUID: ...
@effect("random")
def uuid8(a=..., b=..., c=...) -> UUID: ...
def uuid3(namespace, name) -> UUID: ...
def uuid5(namespace, name) -> UUID: ...
@effect("subprocess")
def getnode() -> int: ...
NAMESPACE_DNS: UUID
NAMESPACE_URL: UUID
NAMESPACE_OID: UUID
NAMESPACE_X500: UUID
