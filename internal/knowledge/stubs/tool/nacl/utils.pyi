# Facts: PyNaCl documentation.

@effect("random")
def random(size=...): ...
