# Facts: Python documentation, "multiprocessing.heap". Not meant to be imported: nothing is listed.
