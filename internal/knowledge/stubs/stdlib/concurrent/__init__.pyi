# Facts: Python documentation, "concurrent". No effects.
