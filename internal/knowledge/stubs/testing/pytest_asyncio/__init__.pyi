# Facts: pytest-asyncio documentation.

@framework("test")
@registers_decorated(phase="callback", factory="both")
def fixture(fixture_function=..., *, scope=..., params=..., autouse=..., ids=..., name=...): ...
