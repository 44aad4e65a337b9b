# Facts: Python documentation, "distutils.fancy_getopt". No effects.
