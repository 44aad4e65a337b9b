# Facts: Python documentation, "distutils.msvccompiler". Not meant to be imported: nothing is listed.
