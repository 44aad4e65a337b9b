# Facts: Python documentation, "importlib.resources.readers". Not meant to be imported: nothing is listed.
