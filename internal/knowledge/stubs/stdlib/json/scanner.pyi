# Facts: Python documentation, "json.scanner". No effects.
