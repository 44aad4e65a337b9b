# Facts: Python documentation, "audioop". No effects.
