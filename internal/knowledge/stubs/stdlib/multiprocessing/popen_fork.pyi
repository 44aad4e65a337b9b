# Facts: Python documentation, "multiprocessing.popen_fork". No effects.
