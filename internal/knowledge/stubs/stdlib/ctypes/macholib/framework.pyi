# Facts: Python documentation, "ctypes.macholib.framework". Not meant to be imported: nothing is listed.
