# Facts: Fabric documentation, "Connection".
from fabric.connection import Connection as Connection

@wraps_decorated(factory="both")
def task(*args, **kwargs): ...
