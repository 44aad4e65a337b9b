# Facts: Python documentation, "importlib.metadata.diagnose". Not meant to be imported: nothing is listed.
