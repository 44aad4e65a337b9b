# Facts: Python documentation, "importlib.readers". Not meant to be imported: nothing is listed.
