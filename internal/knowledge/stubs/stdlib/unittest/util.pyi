# Facts: Python documentation, "unittest.util". Not meant to be imported: nothing is listed.
