# Facts: Moto documentation: AWS calls are answered inside the process.

@framework("test")
@wraps_decorated(factory="both")
def mock_aws(func=..., config=...): ...
