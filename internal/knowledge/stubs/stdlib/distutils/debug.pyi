# Facts: Python documentation, "distutils.debug". Not meant to be imported: nothing is listed.
