# Facts: Firebase Admin Python SDK documentation.

@effect("state")
@effect("env")
def initialize_app(credential=..., options=..., name=...): ...
