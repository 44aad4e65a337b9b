# Facts: Python documentation, "wsgiref". No effects.
