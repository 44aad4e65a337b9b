# Facts: Python documentation, "ctypes.macholib.dylib". Not meant to be imported: nothing is listed.
