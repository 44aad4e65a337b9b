# Facts: Python documentation, "xml.etree.ElementTree". No effects.
