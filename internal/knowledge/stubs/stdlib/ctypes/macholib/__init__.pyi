# Facts: Python documentation, "ctypes.macholib". Not meant to be imported: nothing is listed.
