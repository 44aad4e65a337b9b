# Facts: Python documentation, "xml". No effects.
