# Facts: Python documentation, "distutils.versionpredicate". Not meant to be imported: nothing is listed.
