# Facts: fastparquet documentation.

@effect("fs.write", sink="filename")
def write(filename, data, row_group_offsets=..., compression=..., file_scheme=..., open_with=..., mkdirs=..., has_nulls=...): ...
