# Facts: Python documentation, "pydoc_data.module_docs". Not meant to be imported: nothing is listed.
