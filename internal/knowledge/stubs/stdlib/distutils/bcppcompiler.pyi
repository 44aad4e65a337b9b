# Facts: Python documentation, "distutils.bcppcompiler". No effects.
