# Facts: Python documentation, "email.charset". No effects.
