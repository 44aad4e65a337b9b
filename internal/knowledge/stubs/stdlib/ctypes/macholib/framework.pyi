# Facts: Python documentation, "ctypes.macholib.framework". No effects.
