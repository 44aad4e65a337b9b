# Facts: Python documentation, "__main__". No effects.
