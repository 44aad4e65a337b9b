# Facts: Python documentation, "curses.has_key". No effects.
