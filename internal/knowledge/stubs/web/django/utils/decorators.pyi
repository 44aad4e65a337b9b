# Facts: Django documentation, "Django Utils".

@wraps_decorated(factory=True)
def method_decorator(decorator, name=...): ...
