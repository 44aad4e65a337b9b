# Facts: Python documentation, "profiling.sampling". Not meant to be imported: nothing is listed.
