# Facts: Python documentation, "ctypes.macholib.dylib". No effects.
