# Facts: Python documentation, "importlib.resources.simple". No effects.
