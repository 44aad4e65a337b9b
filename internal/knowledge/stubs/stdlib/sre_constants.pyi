# Facts: Python documentation, "sre_constants". No effects.
