# Facts: Django documentation. The names are in the submodules.

@effect("state")
def setup(set_prefix=...): ...
