# Facts: Python documentation, "xml.utils". No effects.
