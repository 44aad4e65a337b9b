# Facts: Python documentation, "multiprocessing.popen_forkserver". No effects.
