# Facts: Python documentation, "xxsubtype". No effects.
