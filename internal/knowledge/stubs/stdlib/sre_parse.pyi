# Facts: Python documentation, "sre_parse". No effects.
