# Facts: Python documentation, "distutils.errors". No effects.
