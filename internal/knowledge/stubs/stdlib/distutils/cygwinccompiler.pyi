# Facts: Python documentation, "distutils.cygwinccompiler". No effects.
