# Facts: PyTorch documentation, "Serialization semantics".

@effect("fs.read")
@effect("deserialize", sink="f")
@unsafe(safe_when="weights_only", safe_equals=True)
def load(f, map_location=..., pickle_module=..., *, weights_only=..., mmap=..., **pickle_load_args): ...
@effect("fs.write", sink="f")
def save(obj, f, pickle_module=..., pickle_protocol=..., _use_new_zipfile_serialization=..., _disable_byteorder_record=...): ...
