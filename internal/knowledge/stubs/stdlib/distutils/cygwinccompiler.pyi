# Facts: Python documentation, "distutils.cygwinccompiler". Not meant to be imported: nothing is listed.
