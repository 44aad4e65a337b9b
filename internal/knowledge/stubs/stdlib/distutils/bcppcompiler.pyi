# Facts: Python documentation, "distutils.bcppcompiler". Not meant to be imported: nothing is listed.
