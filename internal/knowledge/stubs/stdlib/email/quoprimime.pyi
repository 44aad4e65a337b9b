# Facts: Python documentation, "email.quoprimime". No effects.
