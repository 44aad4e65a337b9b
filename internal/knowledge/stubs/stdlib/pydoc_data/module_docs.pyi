# Facts: Python documentation, "pydoc_data.module_docs". No effects.
