# Facts: Python documentation, "distutils.msvccompiler". No effects.
