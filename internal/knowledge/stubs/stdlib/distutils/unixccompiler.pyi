# Facts: Python documentation, "distutils.unixccompiler". No effects.
