# Facts: Litestar documentation, "Dependency Injection".

class Provide:
    @depends("dependency")
    def __init__(self, dependency, use_cache=..., sync_to_thread=...): ...
