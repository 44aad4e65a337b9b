# Facts: Python documentation, "turtledemo". Not meant to be imported: nothing is listed.
