# Facts: Python documentation, "token". No effects.
