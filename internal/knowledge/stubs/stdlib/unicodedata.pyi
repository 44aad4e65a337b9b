# Facts: Python documentation, "unicodedata". No effects.
