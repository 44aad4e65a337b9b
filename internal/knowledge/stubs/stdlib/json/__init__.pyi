# Facts: Python documentation, "json".
# dump and load move whole documents through an open file: they are shown as its write and read.
from json.decoder import JSONDecoder as JSONDecoder, JSONDecodeError as JSONDecodeError
from json.encoder import JSONEncoder as JSONEncoder
@effect("fs.write")
@calls("default")
def dump(obj, fp, *, skipkeys=..., ensure_ascii=..., check_circular=..., allow_nan=..., cls=..., indent=..., separators=..., default=..., sort_keys=..., **kw): ...
@effect("fs.read")
@calls("object_hook")
@calls("object_pairs_hook")
def load(fp, *, cls=..., object_hook=..., parse_float=..., parse_int=..., parse_constant=..., object_pairs_hook=..., **kw): ...
@calls("default")
def dumps(obj, *, skipkeys=..., ensure_ascii=..., check_circular=..., allow_nan=..., cls=..., indent=..., separators=..., default=..., sort_keys=..., **kw) -> str: ...
@calls("object_hook")
@calls("object_pairs_hook")
def loads(s, *, cls=..., object_hook=..., parse_float=..., parse_int=..., parse_constant=..., object_pairs_hook=..., **kw): ...
def detect_encoding(b) -> str: ...
