# Facts: Python documentation, "ctypes.macholib.dyld". Not meant to be imported: nothing is listed.
