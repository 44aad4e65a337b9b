# Facts: Python documentation, "symbol". No effects.
