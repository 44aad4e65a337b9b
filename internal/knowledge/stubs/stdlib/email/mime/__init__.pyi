# Facts: Python documentation, "email.mime". No effects.
