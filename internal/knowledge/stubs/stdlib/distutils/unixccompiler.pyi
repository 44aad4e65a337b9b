# Facts: Python documentation, "distutils.unixccompiler". Not meant to be imported: nothing is listed.
