# Facts: Python documentation, "email.headerregistry". No effects.
