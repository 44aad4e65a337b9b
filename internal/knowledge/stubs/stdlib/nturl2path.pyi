# Facts: Python documentation, "nturl2path". No effects.
