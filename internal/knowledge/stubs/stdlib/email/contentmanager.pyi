# Facts: Python documentation, "email.contentmanager". No effects.
