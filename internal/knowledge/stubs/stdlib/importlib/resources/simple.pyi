# Facts: Python documentation, "importlib.resources.simple". Not meant to be imported: nothing is listed.
