# Facts: Python documentation, "idlelib". No effects.
