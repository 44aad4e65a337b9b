# Facts: Python documentation, "pydoc_data". Not meant to be imported: nothing is listed.
