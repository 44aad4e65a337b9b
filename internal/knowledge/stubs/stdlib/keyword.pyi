# Facts: Python documentation, "keyword". No effects.
