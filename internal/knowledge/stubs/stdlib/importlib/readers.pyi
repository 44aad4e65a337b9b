# Facts: Python documentation, "importlib.readers". No effects.
