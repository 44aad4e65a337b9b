# Facts: Python documentation, "multiprocessing.resource_sharer". Not meant to be imported: nothing is listed.
