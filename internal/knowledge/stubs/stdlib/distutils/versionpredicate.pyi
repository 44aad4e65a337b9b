# Facts: Python documentation, "distutils.versionpredicate". No effects.
