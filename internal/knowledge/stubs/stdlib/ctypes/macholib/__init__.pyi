# Facts: Python documentation, "ctypes.macholib". No effects.
