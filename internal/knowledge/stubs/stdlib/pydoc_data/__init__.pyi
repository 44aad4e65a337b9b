# Facts: Python documentation, "pydoc_data". No effects.
