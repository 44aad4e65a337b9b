# Facts: Python documentation, "multiprocessing.resource_tracker". No effects.
