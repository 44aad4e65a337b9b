# Facts: Python documentation, "pydoc_data.topics". Not meant to be imported: nothing is listed.
