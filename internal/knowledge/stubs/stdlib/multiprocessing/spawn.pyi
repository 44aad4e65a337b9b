# Facts: Python documentation, "multiprocessing.spawn". No effects.
