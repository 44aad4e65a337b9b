# Facts: Python documentation, "tomllib".
class TOMLDecodeError(ValueError):
    msg: str
    pos: int
    lineno: int
    colno: int

@calls("parse_float")
def load(fp, /, *, parse_float=...) -> dict[str, object]: ...
@calls("parse_float")
def loads(s, /, *, parse_float=...) -> dict[str, object]: ...
