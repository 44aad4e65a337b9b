# Facts: Python documentation, "xml.parsers.expat". No effects.
