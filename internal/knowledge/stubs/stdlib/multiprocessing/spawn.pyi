# Facts: Python documentation, "multiprocessing.spawn". Not meant to be imported: nothing is listed.
