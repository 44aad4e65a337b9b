# Facts: Python documentation, "parser". No effects.
