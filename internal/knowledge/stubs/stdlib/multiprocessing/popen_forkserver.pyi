# Facts: Python documentation, "multiprocessing.popen_forkserver". Not meant to be imported: nothing is listed.
