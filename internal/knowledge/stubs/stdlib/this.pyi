# Facts: Python documentation, "this". No effects.
