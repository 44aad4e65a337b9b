# Facts: Python documentation, "distutils.debug". No effects.
