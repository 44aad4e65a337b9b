# Facts: Python documentation, "uu".
@effect("fs.read")
@effect("fs.write")
def encode(in_file, out_file, name=..., mode=..., *, backtick=...): ...
@effect("fs.read")
@effect("fs.write")
def decode(in_file, out_file=..., mode=..., quiet=...): ...
