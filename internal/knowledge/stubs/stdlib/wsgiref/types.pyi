# Facts: Python documentation, "wsgiref.types". No effects.
