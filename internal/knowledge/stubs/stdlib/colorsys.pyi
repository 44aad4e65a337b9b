# Facts: Python documentation, "colorsys". No effects.
