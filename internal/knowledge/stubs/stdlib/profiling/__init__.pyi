# Facts: Python documentation, "profiling". No effects.
