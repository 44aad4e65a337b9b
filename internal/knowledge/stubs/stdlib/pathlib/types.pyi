# Facts: Python documentation, "pathlib.types". No effects.
