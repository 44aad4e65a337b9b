# Facts: Python documentation, "distutils.fancy_getopt". Not meant to be imported: nothing is listed.
