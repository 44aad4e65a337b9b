# Facts: Python documentation, "importlib.resources.readers". No effects.
