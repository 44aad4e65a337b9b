# Facts: Python documentation, "multiprocessing.popen_spawn_posix". Not meant to be imported: nothing is listed.
