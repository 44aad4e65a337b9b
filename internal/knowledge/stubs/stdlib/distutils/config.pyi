# Facts: Python documentation, "distutils.config". No effects.
