# Facts: Python documentation, "xml.dom.NodeFilter". No effects.
