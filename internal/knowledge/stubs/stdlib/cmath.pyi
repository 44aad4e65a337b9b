# Facts: Python documentation, "cmath". No effects.
