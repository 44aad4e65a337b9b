# Facts: Python documentation, "distutils.config". Not meant to be imported: nothing is listed.
