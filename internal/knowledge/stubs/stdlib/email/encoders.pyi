# Facts: Python documentation, "email.encoders". No effects.
