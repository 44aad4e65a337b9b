# Facts: Python documentation, "opcode". No effects.
