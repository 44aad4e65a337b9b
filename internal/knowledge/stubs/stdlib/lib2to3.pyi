# Facts: Python documentation, "lib2to3". Not meant to be imported: nothing is listed.
