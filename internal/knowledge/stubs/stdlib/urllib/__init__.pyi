# Facts: Python documentation, "urllib". No effects.
