# Facts: Python documentation, "multiprocessing.resource_sharer". No effects.
