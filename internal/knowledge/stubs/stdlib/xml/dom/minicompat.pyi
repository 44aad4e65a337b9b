# Facts: Python documentation, "xml.dom.minicompat". No effects.
