# Facts: Python documentation, "symtable". No effects.
