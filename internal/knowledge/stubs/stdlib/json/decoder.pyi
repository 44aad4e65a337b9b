# Facts: Python documentation, "json".
class JSONDecodeError(ValueError):
    msg: str
    doc: str
    pos: int
    lineno: int
    colno: int

class JSONDecoder:
    @registers("object_hook", "object_pairs_hook", phase="callback")
    def __init__(self, *, object_hook=..., parse_float=..., parse_int=..., parse_constant=..., strict=..., object_pairs_hook=..., array_hook=...): ...
    def decode(self, s, _w=...): ...
    def raw_decode(self, s, idx=...) -> tuple[object, int]: ...
