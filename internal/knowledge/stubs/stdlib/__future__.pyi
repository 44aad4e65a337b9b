# Facts: Python documentation, "__future__". No effects.
