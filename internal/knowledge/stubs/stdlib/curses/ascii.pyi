# Facts: Python documentation, "curses.ascii". No effects.
