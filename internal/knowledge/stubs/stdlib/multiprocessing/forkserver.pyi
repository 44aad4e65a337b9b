# Facts: Python documentation, "multiprocessing.forkserver". Not meant to be imported: nothing is listed.
