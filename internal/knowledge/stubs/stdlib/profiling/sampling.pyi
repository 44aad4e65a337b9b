# Facts: Python documentation, "profiling.sampling". No effects.
