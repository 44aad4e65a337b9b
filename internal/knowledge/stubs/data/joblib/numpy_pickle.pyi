# Facts: joblib documentation, "Persistence".

@effect("fs.read", sink="filename")
@effect("deserialize", sink="filename")
def load(filename, mmap_mode=..., ensure_native_byte_order=...): ...
@effect("fs.write", sink="filename")
def dump(value, filename, compress=..., protocol=...): ...
