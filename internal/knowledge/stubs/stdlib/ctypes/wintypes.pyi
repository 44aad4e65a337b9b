# Facts: Python documentation, "ctypes.wintypes". No effects.
