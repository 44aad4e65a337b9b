# Facts: Python documentation, "unittest.util". No effects.
