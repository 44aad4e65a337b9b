# Facts: Python documentation, "email.base64mime". No effects.
