# Facts: PyTables documentation.

@effect("fs.read", mode="mode")
def open_file(filename, mode=..., title=..., root_uep=..., filters=..., **kwargs): ...
