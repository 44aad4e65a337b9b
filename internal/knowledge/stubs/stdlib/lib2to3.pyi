# Facts: Python documentation, "lib2to3". No effects.
