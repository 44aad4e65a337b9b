# Facts: Python documentation, "multiprocessing.popen_spawn_posix". No effects.
