# Facts: Python documentation, "compression". No effects.
