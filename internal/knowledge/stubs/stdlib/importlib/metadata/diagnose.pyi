# Facts: Python documentation, "importlib.metadata.diagnose". No effects.
