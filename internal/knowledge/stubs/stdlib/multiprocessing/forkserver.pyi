# Facts: Python documentation, "multiprocessing.forkserver". No effects.
