# Facts: Python documentation, "math". No effects.
