# Facts: HTTPretty documentation.

@framework("test")
@effect("state")
def enable(allow_net_connect=..., verbose=...): ...
@framework("test")
@effect("state")
def disable(): ...
@wraps_decorated(factory="both")
def activate(test=..., allow_net_connect=..., verbose=...): ...
