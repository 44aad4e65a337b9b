# Facts: Python documentation, "xxsubtype". Not meant to be imported: nothing is listed.
