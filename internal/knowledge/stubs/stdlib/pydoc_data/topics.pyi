# Facts: Python documentation, "pydoc_data.topics". No effects.
