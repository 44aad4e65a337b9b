# Facts: Python documentation, "idlelib". Not meant to be imported: nothing is listed.
