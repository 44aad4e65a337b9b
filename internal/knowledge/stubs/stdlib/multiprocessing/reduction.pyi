# Facts: Python documentation, "multiprocessing.reduction". Not meant to be imported: nothing is listed.
