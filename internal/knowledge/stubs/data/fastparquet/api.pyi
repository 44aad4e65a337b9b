# Facts: fastparquet documentation.

class ParquetFile:
    @effect("fs.read")
    def __init__(self, fn, verify=..., open_with=..., root=..., sep=..., fs=..., pandas_nulls=..., dtypes=...): ...
    @effect("fs.read")
    def to_pandas(self, columns=..., categories=..., filters=..., index=..., row_filter=..., dtypes=...): ...
