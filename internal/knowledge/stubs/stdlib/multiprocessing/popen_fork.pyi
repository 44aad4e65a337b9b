# Facts: Python documentation, "multiprocessing.popen_fork". Not meant to be imported: nothing is listed.
