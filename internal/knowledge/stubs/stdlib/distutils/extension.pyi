# Facts: Python documentation, "distutils.extension". Not meant to be imported: nothing is listed.
