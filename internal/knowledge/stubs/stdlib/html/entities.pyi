# Facts: Python documentation, "html.entities". No effects.
