# Facts: Python documentation, "sre_compile". No effects.
