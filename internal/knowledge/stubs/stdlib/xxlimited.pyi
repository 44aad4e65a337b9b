# Facts: Python documentation, "xxlimited". No effects.
