# Facts: Python documentation, "test". No effects.
