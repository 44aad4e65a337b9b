# Facts: Python documentation, "xdrlib". No effects.
