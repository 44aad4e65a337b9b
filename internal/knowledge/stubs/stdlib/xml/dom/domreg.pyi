# Facts: Python documentation, "xml.dom.domreg". No effects.
