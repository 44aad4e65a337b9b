# Facts: Python documentation, "importlib.simple". Not meant to be imported: nothing is listed.
