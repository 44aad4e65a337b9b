# Facts: Python documentation, "test". Not meant to be imported: nothing is listed.
