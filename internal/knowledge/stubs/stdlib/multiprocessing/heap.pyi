# Facts: Python documentation, "multiprocessing.heap". No effects.
