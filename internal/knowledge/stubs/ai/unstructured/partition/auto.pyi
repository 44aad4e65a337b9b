# Facts: Unstructured documentation, "Partitioning".
@effect("fs.read", when="filename")
@effect("net", when="url")
def partition(filename=..., *, file=..., url=..., **kwargs): ...
