# Facts: Python documentation, "xml.etree.ElementPath". No effects.
