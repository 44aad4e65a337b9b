# Facts: Python documentation, "turtledemo". No effects.
