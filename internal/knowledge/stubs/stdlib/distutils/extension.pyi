# Facts: Python documentation, "distutils.extension". No effects.
