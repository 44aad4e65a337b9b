# Facts: Python documentation, "distutils". No effects.
