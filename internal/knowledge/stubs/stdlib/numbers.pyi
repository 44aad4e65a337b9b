# Facts: Python documentation, "numbers". No effects.
