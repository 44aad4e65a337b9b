# Facts: Python documentation, "importlib.simple". No effects.
