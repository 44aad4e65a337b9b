# Facts: Dask documentation, "Delayed".

@wraps_decorated(factory="both")
def delayed(obj=..., name=..., pure=..., nout=..., traverse=...): ...
