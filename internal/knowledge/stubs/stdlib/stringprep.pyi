# Facts: Python documentation, "stringprep". No effects.
