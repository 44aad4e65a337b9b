# Facts: Python documentation, "ctypes.macholib.dyld". No effects.
